using System.Runtime.Intrinsics;

namespace MlxActors.Native.Cpu.Simd;

/// <summary>
/// Finite Float16 numbers, one in each lane of 32 bits, to Float32: the exponent and the fraction are moved to their places as they are,
/// and a multiplication by 2^(127 − 15) corrects the bias of the exponent, for subnormal numbers too.
/// </summary>
internal static class Float16
{
    private const float ExponentShift = 5.192296858534828e33f;

    public static Vector128<float> ToFloat32(Vector128<uint> halves)
    {
        var magnitude = ((halves & Vector128.Create(0x7FFFu)) << 13).AsSingle() * Vector128.Create(ExponentShift);
        return (magnitude.AsUInt32() | ((halves & Vector128.Create(0x8000u)) << 16)).AsSingle();
    }

    public static Vector256<float> ToFloat32(Vector256<uint> halves)
    {
        var magnitude = ((halves & Vector256.Create(0x7FFFu)) << 13).AsSingle() * Vector256.Create(ExponentShift);
        return (magnitude.AsUInt32() | ((halves & Vector256.Create(0x8000u)) << 16)).AsSingle();
    }

    public static Vector512<float> ToFloat32(Vector512<uint> halves)
    {
        var magnitude = ((halves & Vector512.Create(0x7FFFu)) << 13).AsSingle() * Vector512.Create(ExponentShift);
        return (magnitude.AsUInt32() | ((halves & Vector512.Create(0x8000u)) << 16)).AsSingle();
    }
}
