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

    internal static void AddMapped(long bytes) => Interlocked.Add(ref _mapped, bytes);

    internal static void AddAllocated(long bytes) => Interlocked.Add(ref _allocated, bytes);
}
