using MlxActors.Generation.Sampling;
using MlxActors.Models;

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
        // Temperature 1 changes nothing and needs no filter.
        var draw = Assert.IsType<SamplingPolicy.Draw>(SamplingPolicy.Resolve(SamplingOptions.Unset, Gemma, freshSeed: 9));

        Assert.Equal(2, draw.Filters.Length);
        Assert.Equal(9UL, draw.Seed);
    }

    [Fact]
    public void Resolve_RequestSpeaks_GoesBeforeTheCheckpoint()
    {
        var draw = Assert.IsType<SamplingPolicy.Draw>(
            SamplingPolicy.Resolve(new SamplingOptions(Temperature: .7, TopP: 1, TopK: 0, MinP: .1, Seed: 3), Gemma, freshSeed: 9));

        // Temperature and min-p; top-k 0 and top-p 1 switch the checkpoint's off.
        Assert.Equal(2, draw.Filters.Length);
        Assert.Equal(3UL, draw.Seed);
    }

    [Fact]
    public void Resolve_FiltersInTransformersOrder_TemperatureComesBeforeTopP()
    {
        // At temperature 0.5 the odds 0.6 : 0.4 become 0.69 : 0.31, so that the first alone holds 0.65.
        var draw = (SamplingPolicy.Draw)SamplingPolicy.Resolve(new SamplingOptions(.5, .65, null, null, 1), SamplingDefaults.Silent, 0);
        var candidates = new Candidates();
        candidates.Load([MathF.Log(.6f), MathF.Log(.4f)]);

        foreach (var filter in draw.Filters)
        {
            filter(candidates);
        }

        Assert.Equal(1, candidates.Count);
    }
}
