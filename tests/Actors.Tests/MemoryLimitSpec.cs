using MlxActors.Generation;

namespace MlxActors.Actors.Tests;

/// <summary>Weights count: a token of the fake model takes 8 bytes, and its weights what a test says.</summary>
public sealed class MemoryLimitSpec() : ActorSpec(
    "mlxactors.engine { memory-limit = 3000, kv-cache-bytes = 1600, prefill-chunk = 8 }", "mlxactors.media.feature-cache = 0")
{
    [Fact]
    public async Task What_the_weights_leave_is_for_sequences()
    {
        Checkpoints.OnLoaded = model => model.WeightBytes = 2200;

        var error = AssertFailed<GenerationError.TooLargeForMemory>(await Answer(Request("a", "hello", maxTokens: 150)));

        Assert.Equal(800, error.Available);
        var small = Request("a", "small", maxTokens: 20);
        AssertAnswered(small, await Answer(small));
        await NothingIsLeft();
    }

    [Fact]
    public async Task Beside_small_weights_their_own_limit_holds()
    {
        Checkpoints.OnLoaded = model => model.WeightBytes = 10;

        Assert.Equal(1600, AssertFailed<GenerationError.TooLargeForMemory>(await Answer(Request("a", "hello", maxTokens: 300))).Available);
    }

    [Fact]
    public async Task A_model_that_leaves_nothing_is_not_loaded_and_the_one_before_serves_again()
    {
        Checkpoints.OnLoaded = model => model.WeightBytes = model.Name == "b" ? 3000 : 0;
        var before = Request("a", "before", maxTokens: 20);
        AssertAnswered(before, await Answer(before));

        var error = AssertFailed<GenerationError.LoadFailed>(await Answer(Request("b", "hello", maxTokens: 20)));

        Assert.Contains("memory-limit", error.Reason, StringComparison.Ordinal);
        var after = Request("a", "after", maxTokens: 20);
        AssertAnswered(after, await Answer(after));
        await NothingIsLeft();
    }
}
