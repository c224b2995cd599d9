using MlxActors.Backend.Conformance;
using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Tests.Cpu;

public sealed class AllocationTests
{
    [Theory]
    [InlineData(CpuMode.Exact, 1)]
    [InlineData(CpuMode.Exact, 2)]
    [InlineData(CpuMode.Fast, 1)]
    [InlineData(CpuMode.Fast, 2)]
    public void Decode_ManySteps_AllocatesNothing(CpuMode mode, int threads)
    {
        using var samples = new Samples(1);
        using var backend = new CpuBackend(new CpuOptions(mode, threads));
        using var cache = backend.NewKvCache(new KvCacheSpec(2, 32, Window: 40));
        var layer = new SampleLayer(backend, samples, cache);
        // Code is compiled, the arena, the page table and the pages of the window are made.
        for (var i = 0; i < 300; i++)
        {
            layer.Decode();
        }
        var held = backend.ArenaBytes;
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => AllocatedBy(layer)));
        Assert.Equal(held, backend.ArenaBytes);
    }

    /// <summary>
    /// A collection that another thread causes takes the rest of this thread's allocation buffer and has it counted; so one round of several
    /// must be free of it.
    /// </summary>
    private static long AllocatedBy(SampleLayer layer)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 500; i++)
        {
            layer.Decode();
        }
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
