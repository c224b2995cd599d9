using MlxActors.Models.Media;

namespace MlxActors.Models.Tests.Media;

public sealed class VideoInfoTests
{
    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(0.99, 0)]
    [InlineData(1, 1)]
    [InlineData(2.5, 1)]
    [InlineData(9, 2)]
    public void FrameAt_Moment_IsTheLastFrameShownByThen(double seconds, int frame) =>
        Assert.Equal(frame, new VideoInfo(3, 1) { Times = [0, 1, 3] }.FrameAt(seconds));

    [Fact]
    public void Times_NotGiven_AreEvenlySpaced() => Assert.Equal([0, 0.5, 1], new VideoInfo(3, 2).Times.ToArray());
}
