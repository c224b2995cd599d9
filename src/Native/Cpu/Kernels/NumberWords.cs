using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MlxActors.Native.Cpu.Simd;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>Plain numbers of a type, in words of four bytes.</summary>
internal unsafe interface INumberWords
{
    /// <summary>Numbers in a word.</summary>
    static abstract int InWord { get; }

    /// <summary>Each lane's word as floats: its first number at <paramref name="target"/>, the other one, if any, <paramref name="stride"/> on.</summary>
    static abstract void Store(Vector256<uint> words, float* target, int stride);
}

internal readonly unsafe struct BFloat16Words : INumberWords
{
    public static int InWord => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<uint> words, float* target, int stride)
    {
        Vector256.Store((words << 16).AsSingle(), target);
        Vector256.Store((words & Vector256.Create(0xFFFF0000u)).AsSingle(), target + stride);
    }
}

internal readonly unsafe struct Float16Words : INumberWords
{
    public static int InWord => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<uint> words, float* target, int stride)
    {
        Vector256.Store(Float16.ToFloat32(words & Vector256.Create(0xFFFFu)), target);
        Vector256.Store(Float16.ToFloat32(words >>> 16), target + stride);
    }
}

internal readonly unsafe struct Float32Words : INumberWords
{
    public static int InWord => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<uint> words, float* target, int stride) => Vector256.Store(words.AsSingle(), target);
}
