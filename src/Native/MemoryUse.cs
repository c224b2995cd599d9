using MlxActors.Native.Mlx;

namespace MlxActors.Native;

/// <summary>What the whole process holds outside the managed heap, in bytes: the figures by which leaks are found.</summary>
public static class MemoryUse
{
    private static long _mapped;
    private static long _allocated;

    /// <summary>Checkpoint files mapped into memory.</summary>
    public static long Mapped => Interlocked.Read(ref _mapped);

    /// <summary>Native blocks: temporaries, KV pages, encoded media, copied weights.</summary>
    public static long Allocated => Interlocked.Read(ref _allocated);

    /// <summary>Arrays of MLX, weights and KV caches among them; 0 where MLX is not in use.</summary>
    public static long Mlx => MlxLibrary.IsLoaded ? MlxMemory.Active : 0;

    internal static void AddMapped(long bytes) => Interlocked.Add(ref _mapped, bytes);

    internal static void AddAllocated(long bytes) => Interlocked.Add(ref _allocated, bytes);
}
