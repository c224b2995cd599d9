using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors;

namespace MlxActors.Golden.Families;

/// <summary>The backends that the fixtures are held against.</summary>
public static class Backends
{
    public static IBackend Exact() => new CpuBackend(new CpuOptions(CpuMode.Exact, Threads: 2));

    public static IBackend Fast() => new CpuBackend(new CpuOptions(CpuMode.Fast, Threads: 2));

    /// <summary>Fast mode with caches in 8 bits.</summary>
    public static IBackend Narrow() => new CpuBackend(new CpuOptions(CpuMode.Fast, Threads: 2, KvCache: KvCacheType.Int8));
}
