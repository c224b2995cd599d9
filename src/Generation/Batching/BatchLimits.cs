using MlxActors.Generation.Speculation;

namespace MlxActors.Generation.Batching;

/// <param name="MaxBatch">Most sequences that run at a time.</param>
/// <param name="PrefillChunk">Tokens of a prompt that one step reads.</param>
/// <param name="KvBytes">Memory that the KV caches of all sequences may come to hold; null: no bound.</param>
/// <param name="FeatureBytes">Budget of the <see cref="FeatureCache"/>.</param>
public sealed record BatchLimits(int MaxBatch, int PrefillChunk, long? KvBytes, long FeatureBytes)
{
    /// <summary>Budget of the <see cref="Prefixes.PrefixCache"/>; what sequences need of <see cref="KvBytes"/> it gives back to them.</summary>
    public long PrefixBytes { get; init; }

    /// <summary>Null: nothing is guessed.</summary>
    public SpeculationLimits? Speculation { get; init; }

    /// <summary>What weights, encoded media, KV caches and kept prefixes may take together, in bytes; null: no bound.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>
    /// The same for a model whose weights are in memory: KV caches, and kept prefixes within them, get at most what the weights and encoded
    /// media leave.
    /// </summary>
    /// <returns>Null when nothing is left.</returns>
    public BatchLimits? Beside(long weightBytes)
    {
        if (MemoryBytes is not { } memory)
        {
            return this;
        }
        var left = memory - weightBytes - FeatureBytes;
        return left > 0 ? this with { KvBytes = Math.Min(KvBytes ?? left, left), PrefixBytes = Math.Min(PrefixBytes, left) } : null;
    }
}
