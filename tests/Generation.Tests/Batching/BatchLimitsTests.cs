using MlxActors.Generation.Batching;

namespace MlxActors.Generation.Tests.Batching;

public sealed class BatchLimitsTests
{
    private static readonly BatchLimits Limits = new(MaxBatch: 8, PrefillChunk: 256, KvBytes: 500, FeatureBytes: 100)
    {
        PrefixBytes = 300,
        MemoryBytes = 1000,
    };

    [Theory]
    [InlineData(0, 500, 300)]
    [InlineData(400, 500, 300)]
    [InlineData(500, 400, 300)]
    [InlineData(700, 200, 200)]
    [InlineData(899, 1, 1)]
    public void Beside_Weights_LeavesTheRestToSequencesAndPrefixes(long weights, long kv, long prefixes) =>
        Assert.Equal(Limits with { KvBytes = kv, PrefixBytes = prefixes }, Limits.Beside(weights));

    [Theory]
    [InlineData(900)]
    [InlineData(long.MaxValue / 2)]
    public void Beside_WeightsThatTakeAll_IsNothing(long weights) => Assert.Null(Limits.Beside(weights));

    [Fact]
    public void Beside_NoBoundOfKvCaches_IsBoundByMemory() =>
        Assert.Equal(300, (Limits with { KvBytes = null }).Beside(600)?.KvBytes);

    [Fact]
    public void Beside_NoBoundOfMemory_ChangesNothing()
    {
        var unbound = Limits with { MemoryBytes = null };

        Assert.Same(unbound, unbound.Beside(long.MaxValue));
    }
}
