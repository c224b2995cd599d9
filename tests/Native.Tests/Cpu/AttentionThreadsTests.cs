using MlxActors.Backend.Conformance;
using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Tests.Cpu;

/// <summary>Few key/value heads are shared out over threads in parts, of which nothing shows in the results.</summary>
public sealed class AttentionThreadsTests
{
    private const int HeadDim = 72;

    public static TheoryData<InstructionSet, KvCacheType, int> Cases
    {
        get
        {
            var cases = new TheoryData<InstructionSet, KvCacheType, int>();
            foreach (var set in Enum.GetValues<InstructionSet>())
            {
                foreach (var type in Enum.GetValues<KvCacheType>())
                {
                    cases.Add(set, type, 1);
                    cases.Add(set, type, 3);
                }
            }
            return cases;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Attention_OfFewHeadsFarIntoTheContext_IsTheSameOnAnyThreads(InstructionSet set, KvCacheType type, int kvHeads)
    {
        Skip.IfNot(CpuBackend.IsAvailable(set), $"this machine has no {set}");
        var steps = new (int[], int, int?)[] { ([700], 1, null), ([650, 1, 300], 3, null), ([700, 90], 1, 600) };
        foreach (var (lengths, rows, window) in steps)
        {
            var alone = Run(set, type, 1, kvHeads, lengths, rows, window);
            foreach (var threads in new[] { 2, 5 })
            {
                var shared = Run(set, type, threads, kvHeads, lengths, rows, window);
                Close.Bits(alone, shared, $"{threads} threads, {lengths.Length} sequences");
            }
        }
    }

    /// <summary>What <paramref name="rows"/> more tokens of each sequence see in one step.</summary>
    private static float[] Run(InstructionSet set, KvCacheType type, int threads, int kvHeads, int[] lengths, int rows, int? window)
    {
        using var backend = new CpuBackend(new CpuOptions(CpuMode.Exact, threads, set, type));
        using var samples = new Samples(7);
        var layout = new StepLayout();
        KvCache[] caches = [.. lengths.Select(_ => backend.NewKvCache(new KvCacheSpec(kvHeads, HeadDim, window)))];
        for (var i = 0; i < lengths.Length; i++)
        {
            using var scope = backend.BeginScope();
            layout.Clear();
            layout.Add(lengths[i], 0);
            // What these rows see is of no interest, and a window of one token makes it quick.
            var (q, k, v) = (Heads(kvHeads, lengths[i]), Heads(kvHeads, lengths[i]), Heads(kvHeads, lengths[i]));
            backend.Attention(q, k, v, [caches[i]], layout, 1, window: 1);
        }
        layout.Clear();
        foreach (var length in lengths)
        {
            layout.Add(rows, length);
        }
        var total = rows * lengths.Length;
        var result = backend.View(backend.Attention(
            Heads(4 * kvHeads, total), Heads(kvHeads, total), Heads(kvHeads, total), caches, layout, 0.2f, window)).ToArray();
        foreach (var cache in caches)
        {
            cache.Dispose();
        }
        return result;

        Tensor Heads(int heads, int count) =>
            backend.FromFloats(samples.Floats(count * heads * HeadDim), new Shape(count, heads, HeadDim));
    }
}
