using System.Runtime.InteropServices;
using MlxActors.Models.Caches;
using MlxActors.Native.Tensors;

namespace MlxActors.Generation.Batching.Prefixes;

/// <summary>What caches that share memory hold together: each block once.</summary>
internal sealed class BlockLedger
{
    private readonly Dictionary<nint, int> _holders = [];

    /// <summary>In bytes.</summary>
    public long Bytes { get; private set; }

    public void Add(SequenceCache cache)
    {
        foreach (var layer in cache.Layers)
        {
            Bytes += BytesOutsideOfBlocks(layer);
            var each = BytesOfBlock(layer);
            foreach (var block in layer.Blocks)
            {
                ref var holders = ref CollectionsMarshal.GetValueRefOrAddDefault(_holders, block, out _);
                Bytes += holders++ == 0 ? each : 0;
            }
        }
    }

    public void Remove(SequenceCache cache)
    {
        foreach (var layer in cache.Layers)
        {
            Bytes -= BytesOutsideOfBlocks(layer);
            var each = BytesOfBlock(layer);
            foreach (var block in layer.Blocks)
            {
                ref var holders = ref CollectionsMarshal.GetValueRefOrNullRef(_holders, block);
                if (--holders == 0)
                {
                    _holders.Remove(block);
                    Bytes -= each;
                }
            }
        }
    }

    /// <summary>How many bytes of a cache are counted here too.</summary>
    public long SharedWith(SequenceCache cache)
    {
        var shared = 0L;
        foreach (var layer in cache.Layers)
        {
            var each = BytesOfBlock(layer);
            foreach (var block in layer.Blocks)
            {
                shared += _holders.ContainsKey(block) ? each : 0;
            }
        }
        return shared;
    }

    private static long BytesOutsideOfBlocks(KvCache layer) => layer.Blocks.IsEmpty ? layer.Bytes : 0;

    private static long BytesOfBlock(KvCache layer) => layer.Blocks.IsEmpty ? 0 : layer.Bytes / layer.Blocks.Length;
}
