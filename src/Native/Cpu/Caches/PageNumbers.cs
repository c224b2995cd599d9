using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Simd;

namespace MlxActors.Native.Cpu.Caches;

/// <summary>
/// The numbers of a page as one type holds them. Implementations are empty structs, so that the JIT makes one kernel for each. Reading is
/// exact; what is lost is lost in writing.
/// </summary>
internal unsafe interface IPageNumbers
{
    static abstract KvCacheType Type { get; }

    /// <summary>Bytes of a number.</summary>
    static abstract int Bytes { get; }

    /// <summary>Whether numbers are to be multiplied by the scale of their group.</summary>
    static abstract bool HaveScales { get; }

    /// <summary>As many numbers as a vector has lanes, times <paramref name="scale"/> where they have scales.</summary>
    static abstract TFloats Load<TSimd, TFloats>(byte* source, TFloats scale)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct;

    /// <summary>One number, times <paramref name="scale"/> where numbers have scales.</summary>
    static abstract float Read(byte* source, float scale);

    /// <summary>The scale of a group as it is stored, for its largest magnitude; 0 where there are none.</summary>
    static abstract float ScaleFor(float largest);

    /// <summary>Rounds a number; <paramref name="inverse"/> is 1 over the scale, or 0 where that is 0.</summary>
    static abstract void Write(float value, float inverse, byte* target);
}

internal readonly unsafe struct Float32Numbers : IPageNumbers
{
    public static KvCacheType Type => KvCacheType.Float32;

    public static int Bytes => sizeof(float);

    public static bool HaveScales => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloats Load<TSimd, TFloats>(byte* source, TFloats scale)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct => TSimd.Load((float*)source);

    public static float Read(byte* source, float scale) => *(float*)source;

    public static float ScaleFor(float largest) => 0;

    public static void Write(float value, float inverse, byte* target) => *(float*)target = value;
}

internal readonly unsafe struct BFloat16Numbers : IPageNumbers
{
    public static KvCacheType Type => KvCacheType.BFloat16;

    public static int Bytes => sizeof(ushort);

    public static bool HaveScales => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloats Load<TSimd, TFloats>(byte* source, TFloats scale)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct => TSimd.LoadBFloat16((ushort*)source);

    public static float Read(byte* source, float scale) => BFloat16.ToFloat32(*(ushort*)source);

    public static float ScaleFor(float largest) => 0;

    public static void Write(float value, float inverse, byte* target) => *(ushort*)target = BFloat16.FromFloat32(value);
}

/// <summary>Integers of −127 to 127 with a scale: a product of 7 bits and 8 bits, which Float32 holds exactly.</summary>
internal readonly unsafe struct Int8Numbers : IPageNumbers
{
    private const float Largest = 127;

    /// <summary>Below it a group counts as zeros: BFloat16 would not have all of its bits for the scale.</summary>
    private const float LeastScale = 1e-35f;

    public static KvCacheType Type => KvCacheType.Int8;

    public static int Bytes => sizeof(sbyte);

    public static bool HaveScales => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloats Load<TSimd, TFloats>(byte* source, TFloats scale)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct => TSimd.Multiply(TSimd.LoadSignedBytes((sbyte*)source), scale);

    public static float Read(byte* source, float scale) => *(sbyte*)source * scale;

    /// <summary>Rounding the scale moves the largest number by less than half a step, so that it stays at 127 steps.</summary>
    public static float ScaleFor(float largest) =>
        largest / Largest < LeastScale ? 0 : BFloat16.ToFloat32(BFloat16.FromFloat32(largest / Largest));

    public static void Write(float value, float inverse, byte* target) => *(sbyte*)target = (sbyte)MathF.Round(value * inverse);
}
