using MlxActors.Native.Tensors;

namespace MlxActors.Models.Caches;

/// <summary>
/// Everything a model remembers of one sequence: a KV cache for each layer that keeps one, and where its tokens stand. Owned by whoever
/// runs the sequence; used on the engine's thread only.
/// </summary>
public sealed class SequenceCache(KvCache[] layers) : IDisposable
{
    public ReadOnlySpan<KvCache> Layers => layers;

    public TokenPositions Positions { get; private init; } = new();

    /// <summary>Tokens prefilled or decoded so far: the index of the next one.</summary>
    public int Length => layers.Length == 0 ? 0 : layers[0].Length;

    /// <summary>Memory held by all layers, in bytes.</summary>
    public long Bytes
    {
        get
        {
            var bytes = 0L;
            foreach (var layer in layers)
            {
                bytes += layer.Bytes;
            }
            return bytes;
        }
    }

    /// <summary>The shortest length that <see cref="Fork"/> does not refuse.</summary>
    public int ShortestFork
    {
        get
        {
            var shortest = 0;
            foreach (var layer in layers)
            {
                shortest = Math.Max(shortest, layer.ShortestFork);
            }
            return shortest;
        }
    }

    /// <inheritdoc cref="KvCache.BytesFor"/>
    public long BytesFor(int tokens, int step)
    {
        var bytes = 0L;
        foreach (var layer in layers)
        {
            bytes += layer.BytesFor(tokens, step);
        }
        return bytes;
    }

    /// <summary>
    /// A cache that begins with the first <paramref name="length"/> tokens of this one, or null when a sliding layer has
    /// forgotten what that needs.
    /// </summary>
    public SequenceCache? Fork(int length)
    {
        var forks = new KvCache[layers.Length];
        for (var layer = 0; layer < layers.Length; layer++)
        {
            if (layers[layer].Fork(length) is not { } fork)
            {
                foreach (var made in forks.AsSpan(0, layer))
                {
                    made.Dispose();
                }
                return null;
            }
            forks[layer] = fork;
        }
        return new SequenceCache(forks) { Positions = Positions.Fork(length) };
    }

    public void Dispose()
    {
        foreach (var layer in layers)
        {
            layer.Dispose();
        }
    }
}
