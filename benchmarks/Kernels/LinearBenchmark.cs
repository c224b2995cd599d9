using BenchmarkDotNet.Attributes;
using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors;

namespace MlxActors.Benchmarks.Kernels;

/// <summary>One product with a matrix of Gemma-3-4B's feed-forward layer.</summary>
public class LinearBenchmark
{
    private const int N = 10240;
    private const int K = 2560;

    private SyntheticWeights _weights = null!;
    private CpuBackend _backend = null!;
    private Weight[] _matrices = null!;
    private Tensor _x;
    private int _next;

    [Params(1, 8, 512)]
    public int Rows { get; set; }

    [Params(CpuMode.Exact, CpuMode.Fast)]
    public CpuMode Mode { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _weights = new SyntheticWeights(16L * N * K);
        _backend = new CpuBackend(new CpuOptions(Mode, Environment.ProcessorCount));
        _matrices = _weights.Matrices(_backend, N, K);
        _x = _backend.FromFloats(new float[Rows * K], new Shape(Rows, K));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _backend.Dispose();
        _weights.Dispose();
    }

    [Benchmark]
    public float Linear()
    {
        using var scope = _backend.BeginScope();
        _next = (_next + 1) % _matrices.Length;
        return _backend.View(_backend.Linear(_x, _matrices[_next]))[0];
    }
}
