using MlxActors.Generation.Sampling;
using MlxActors.Models;
using MlxActors.Native.Tensors.Choosing;

namespace MlxActors.Generation.Tests.Sampling;

public sealed class SamplingPolicyTests
{
    private static readonly SamplingDefaults Gemma = new(Sample: true, Temperature: null, TopK: 64, TopP: .95, MinP: null);

    [Fact]
    public void Resolve_CheckpointDoesNotSampleAndRequestIsSilent_IsGreedy() =>
        Assert.IsType<SamplingPolicy.Greedy>(SamplingPolicy.Resolve(SamplingOptions.Unset, SamplingDefaults.Silent with { TopK = 5 }, 1));

    [Fact]
    public void Resolve_CheckpointDoesNotSampleButRequestSetsTemperature_Draws() =>
        Assert.IsType<SamplingPolicy.Draw>(
            SamplingPolicy.Resolve(SamplingOptions.Unset with { Temperature = .5 }, SamplingDefaults.Silent, 1));

    [Fact]
    public void Resolve_TemperatureZero_IsGreedyWhateverTheCheckpointSays() =>
        Assert.IsType<SamplingPolicy.Greedy>(SamplingPolicy.Resolve(SamplingOptions.Unset with { Temperature = 0 }, Gemma, 1));

    [Fact]
    public void Resolve_RequestIsSilent_TakesTheCheckpointsDefaults()
    {
        var draw = Assert.IsType<SamplingPolicy.Draw>(SamplingPolicy.Resolve(SamplingOptions.Unset, Gemma, freshSeed: 9));

        Assert.Equal(new TokenFilters(1, TopK: 64, TopP: .95, MinP: null), draw.Filters);
        Assert.Equal(9UL, draw.Seed);
    }

    [Fact]
    public void Resolve_RequestSpeaks_GoesBeforeTheCheckpoint()
    {
        var draw = Assert.IsType<SamplingPolicy.Draw>(
            SamplingPolicy.Resolve(new SamplingOptions(Temperature: .7, TopP: 1, TopK: 0, MinP: .1, Seed: 3), Gemma, freshSeed: 9));

        // Top-k 0 and top-p 1 switch the checkpoint's off.
        Assert.Equal(new TokenFilters(.7f, TopK: null, TopP: null, MinP: .1), draw.Filters);
        Assert.Equal(3UL, draw.Seed);
    }

    [Fact]
    public void DrawAt_AnyIndex_IsTheSeedsNumberForIt()
    {
        var policy = SamplingPolicy.Resolve(new SamplingOptions(.5, null, null, null, 7), SamplingDefaults.Silent, 0);

        Assert.Equal(CounterRandom.Unit(7, 3), policy.DrawAt(3)?.Unit);
        Assert.Null(SamplingPolicy.Greedy.Instance.DrawAt(3));
    }
}
