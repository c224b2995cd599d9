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

        var allocated = Allocations.LeastOf(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                layer.Decode();
            }
        });

        Assert.Equal(0, allocated);
        Assert.Equal(held, backend.ArenaBytes);
    }
}
