using MlxActors.Generation.Stopping;
using MlxActors.Native.Results;

namespace MlxActors.Generation.Tests.Stopping;

public sealed class LimitsTests
{
    [Fact]
    public void After_EndOfSequence_IsAStopEvenAtTheLimit() =>
        Assert.Equal(FinishReason.Stop, new TokenLimits([7], 3).After(token: 7, count: 3));

    [Fact]
    public void After_LastAllowedToken_IsLength() => Assert.Equal(FinishReason.Length, new TokenLimits([7], 3).After(token: 1, count: 3));

    [Fact]
    public void After_OneBeforeTheLimit_GoesOn() => Assert.Null(new TokenLimits([7], 3).After(token: 1, count: 2));

    [Theory]
    [InlineData(100, 60, 40, 40)]
    [InlineData(100, 60, null, 40)]
    [InlineData(100, 60, 5, 5)]
    [InlineData(100, 99, null, 1)]
    [InlineData(100, 10, null, 50)]
    [InlineData(100, 10, 60, 60)]
    public void Reply_Fits_IsWhatWasAskedOrWhatIsLeft(int window, int prompt, int? asked, int expected) =>
        Assert.Equal(Result.Ok<int, GenerationError.ContextLengthExceeded>(expected), Budget.Reply(window, prompt, asked, new ReplyRoom(1, 50)));

    [Theory]
    [InlineData(100, 60, 41)]
    [InlineData(100, 100, null)]
    [InlineData(100, 101, 1)]
    [InlineData(100, 1, int.MaxValue)]
    public void Reply_DoesNotFit_IsAnErrorWithTheLengths(int window, int prompt, int? asked) =>
        Assert.Equal(
            Result.Error<int, GenerationError.ContextLengthExceeded>(new GenerationError.ContextLengthExceeded(window, prompt, asked)),
            Budget.Reply(window, prompt, asked, new ReplyRoom(1, 50)));
}
