using MlxActors.Backend.Conformance;
using MlxActors.Native.Mlx;
using MlxActors.Native.Mlx.Handles;
using MlxActors.Native.Mlx.Interop;
using MlxActors.Native.Tensors;
using Xunit.Abstractions;

namespace MlxActors.Native.Tests.Mlx;

[Collection(MlxTestLibrary.Collection)]
public sealed class MlxBackendTests(ITestOutputHelper output)
{
    /// <summary>Over ten thousand, and a tenth of it ends where the cache's window has the same room left.</summary>
    private const int Steps = 10_240;

    [SkippableFact]
    public void Operation_ThatMlxRefuses_IsAnExceptionWithItsNameAndShapes()
    {
        using var backend = MlxTestLibrary.Open();
        using var stream = StreamHandle.OfThisThread(onGpu: false);
        var graph = new MlxGraph(stream);
        var a = graph.FromMemory<float>(new float[6], MlxDType.Float32, 2, 3);
        var b = graph.FromMemory<float>(new float[8], MlxDType.Float32, 2, 4);

        var exception = Assert.Throws<MlxException>(() => graph.MatMul(a, b));

        Assert.Equal("mlx_matmul", exception.Operation);
        Assert.Equal("(Float32(2, 3), Float32(2, 4))", exception.Shapes);
        Assert.Contains("matmul", exception.Message, StringComparison.Ordinal);
        // The next call is none the worse for it.
        Assert.NotEqual(default, graph.Add(a, a));
        graph.Release(0);
    }

    [SkippableFact]
    public void Decode_TenThousandSteps_HoldNoMoreMemory()
    {
        using var samples = new Samples(1);
        using var backend = MlxTestLibrary.Open();
        using var cache = backend.NewKvCache(new KvCacheSpec(2, 32, Window: 40));
        var layer = new SampleLayer(backend, samples, cache);
        var early = 0L;
        for (var step = 1; step <= Steps; step++)
        {
            layer.Decode();
            if (step == Steps / 10)
            {
                early = MemoryUse.Mlx;
            }
        }
        output.WriteLine($"{early} bytes after {Steps / 10} steps, {MemoryUse.Mlx} after {Steps}");
        Assert.True(early > 0);
        Assert.Equal(early, MemoryUse.Mlx);
    }

    /// <summary>Each step is under way before the token of the one before it is looked at.</summary>
    [SkippableFact]
    public void Begin_TenThousandStepsAhead_HoldNoMoreMemory()
    {
        using var samples = new Samples(1);
        using var backend = MlxTestLibrary.Open();
        using var cache = backend.NewKvCache(new KvCacheSpec(2, 32, Window: 40));
        var layer = new SampleLayer(backend, samples, cache);
        var (early, begun) = (0L, (KeptTensor?)null);
        for (var step = 1; step <= Steps; step++)
        {
            begun = layer.DecodeBehind(begun);
            if (step == Steps / 10)
            {
                early = Settled(begun);
            }
        }
        var late = Settled(begun!);
        output.WriteLine($"{early} bytes after {Steps / 10} steps, {late} after {Steps}; {backend.Evaluations} evaluations");
        begun!.Dispose();
        Assert.True(early > 0);
        Assert.Equal(early, late);
        Assert.Equal(Steps, backend.Evaluations);

        // What is under way holds memory of its own.
        long Settled(KeptTensor last)
        {
            backend.ViewIds(last.Value);
            return MemoryUse.Mlx;
        }
    }

    [SkippableFact]
    public void Dispose_GivesEverythingBack()
    {
        var before = MemoryUse.Mlx;
        using var samples = new Samples(1);
        using (var backend = MlxTestLibrary.Open())
        {
            using var cache = backend.NewKvCache(new KvCacheSpec(2, 32, Window: 40));
            var layer = new SampleLayer(backend, samples, cache);
            for (var step = 0; step < 3; step++)
            {
                layer.Decode();
            }
            Assert.True(MemoryUse.Mlx > before);
        }
        Assert.Equal(before, MemoryUse.Mlx);
        Assert.Equal(0, MlxMemory.Cached);
    }

    /// <summary>The rotation that a GPU uses; its angles are Float32 products, so that the error grows with the position.</summary>
    [SkippableFact]
    public void Rope_FusedKernel_EqualsTheTableButForTheAngles()
    {
        const int Last = 1500;
        using var backend = MlxTestLibrary.Open();
        using var fused = MlxTestLibrary.Open(fusesRope: true);
        int[] positions = [0, 1, 77, 700, Last];
        foreach (var (axes, spec) in new[]
        {
            (1, RopeSpec.Plain(64, 10000, 8)), (3, RopeSpec.Plain(6, 1e6) with { AxisOfFrequency = new[] { 0, 1, 2 } }),
        })
        {
            var headDim = 2 * spec.InverseFrequencies.Length;
            var x = new Samples(headDim).Floats(positions.Length * 3 * headDim);
            int[] onAllAxes = [.. Enumerable.Repeat(positions, axes).SelectMany(axis => axis)];
            Close.To(Rotated(backend), Rotated(fused), Last * 2.5e-7, $"{axes} axes");

            float[] Rotated(MlxBackend by)
            {
                using var scope = by.BeginScope();
                var rows = by.FromFloats(x, new Shape(positions.Length, 3, headDim));
                return by.View(by.Rope(rows, by.RopeTable(onAllAxes, axes, spec))).ToArray();
            }
        }
    }

    [SkippableFact]
    public void Tensor_OfAScopeThatEnded_IsRefused()
    {
        using var backend = MlxTestLibrary.Open();
        Tensor stale;
        using (backend.BeginScope())
        {
            stale = backend.FromFloats([1, 2], new Shape(2));
        }
        Assert.Throws<ObjectDisposedException>(() => backend.View(stale).ToArray());
    }

    [SkippableFact]
    public void KvCache_AtAnyLength_HoldsNoMoreThanWasSaid()
    {
        using var backend = MlxTestLibrary.Open();
        foreach (var window in new int?[] { null, 1, 31, 100 })
        {
            using var cache = backend.NewKvCache(new KvCacheSpec(2, 8, window));
            var random = new Random(7);
            for (var step = 0; step < 60; step++)
            {
                using var scope = backend.BeginScope();
                var rows = random.Next(1, 50);
                var layout = new StepLayout();
                layout.Add(rows, cache.Length);
                var x = backend.FromFloats(new float[rows * 16], new Shape(rows, 2, 8));
                backend.Attention(x, x, x, [cache], layout, 1, window);
                Assert.InRange(cache.Bytes, 1, cache.BytesFor(cache.Length, 50));
            }
        }
    }
}
