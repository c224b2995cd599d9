using System.Runtime.InteropServices;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu.Memory;

/// <summary>Memory that tensors of the CPU backend lie in.</summary>
internal abstract unsafe class CpuStorage : ITensorStorage
{
    public abstract byte* Start { get; }
}

/// <summary>A checkpoint file, read in place.</summary>
internal sealed unsafe class MappedStorage(MappedFile file) : CpuStorage
{
    public override byte* Start => file.Start;
}

/// <summary>A block of native memory, aligned to cache lines; a long one to large pages.</summary>
internal sealed unsafe class NativeBlock : CpuStorage, IDisposable
{
    public const int Alignment = 64;

    private byte* _start;

    public NativeBlock(long length)
    {
        Length = length;
        _start = (byte*)NativeMemory.AlignedAlloc((nuint)length, (nuint)(length < LargePages.Size ? Alignment : LargePages.Size));
        LargePages.AskFor(_start, length);
        MemoryUse.AddAllocated(length);
    }

    ~NativeBlock() => Free();

    public long Length { get; }

    public override byte* Start => _start is null ? throw new ObjectDisposedException(nameof(NativeBlock)) : _start;

    public static long Align(long length) => (length + Alignment - 1) & ~(Alignment - 1L);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_start is not null)
        {
            NativeMemory.AlignedFree(_start);
            _start = null;
            MemoryUse.AddAllocated(-Length);
        }
    }
}
