using BenchmarkDotNet.Attributes;
using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors;

namespace MlxActors.Benchmarks.Kernels;

/// <summary>Attention of one layer of Gemma-3-4B: one new token behind a context, or a prefill chunk.</summary>
public class AttentionBenchmark
{
    private const int Heads = 8;
    private const int KvHeads = 4;
    private const int HeadDim = 256;

    private readonly StepLayout _layout = new();
    private CpuBackend _backend = null!;
    private KvCache _cache = null!;
    private Tensor _q;

    [Params(128, 4000)]
    public int Context { get; set; }

    [Params(1, 128)]
    public int Rows { get; set; }

    [Params(KvCacheType.Float32, KvCacheType.BFloat16, KvCacheType.Int8)]
    public KvCacheType Cache { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _backend = new CpuBackend(new CpuOptions(CpuMode.Fast, Environment.ProcessorCount, KvCache: Cache));
        _cache = _backend.NewKvCache(new KvCacheSpec(KvHeads, HeadDim, Window: null));
        var random = new Random(1);
        var numbers = Enumerable.Range(0, Context * Heads * HeadDim).Select(_ => (float)random.NextDouble() - 0.5f).ToArray();
        var keys = _backend.FromFloats(numbers.AsSpan(0, Context * KvHeads * HeadDim), new Shape(Context, KvHeads, HeadDim));
        var q = _backend.FromFloats(numbers, new Shape(Context, Heads, HeadDim));
        _layout.Add(Context, 0);
        _backend.Attention(q, keys, keys, [_cache], _layout, 1 / 16f, window: null);
        _q = _backend.Slice(q, 0, Rows);
        _layout.Clear();
        _layout.Add(Rows, Context - Rows);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _cache.Dispose();
        _backend.Dispose();
    }

    [Benchmark]
    public float Attention()
    {
        using var scope = _backend.BeginScope();
        return _backend.View(_backend.Attention(_q, null, null, [_cache], _layout, 1 / 16f, window: null))[0];
    }
}
