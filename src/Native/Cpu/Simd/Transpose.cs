using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MlxActors.Native.Cpu.Simd;

/// <summary>Four vectors of two rows each to four vectors of one column each.</summary>
internal static class Transpose
{
    /// <summary>
    /// In: <c>v(i)</c> holds four words of row i and four of row i + 4. Out: <c>v(j)</c> holds the word j of all eight rows.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Words(ref Vector256<uint> v0, ref Vector256<uint> v1, ref Vector256<uint> v2, ref Vector256<uint> v3)
    {
        var low01 = ZipLow(v0, v1).AsUInt64();
        var high01 = ZipHigh(v0, v1).AsUInt64();
        var low23 = ZipLow(v2, v3).AsUInt64();
        var high23 = ZipHigh(v2, v3).AsUInt64();
        v0 = ZipLow(low01, low23).AsUInt32();
        v1 = ZipHigh(low01, low23).AsUInt32();
        v2 = ZipLow(high01, high23).AsUInt32();
        v3 = ZipHigh(high01, high23).AsUInt32();
    }

    private static Vector256<uint> ZipLow(Vector256<uint> left, Vector256<uint> right) => Avx2.IsSupported
        ? Avx2.UnpackLow(left, right)
        : Vector256.Create(
            AdvSimd.Arm64.ZipLow(left.GetLower(), right.GetLower()), AdvSimd.Arm64.ZipLow(left.GetUpper(), right.GetUpper()));

    private static Vector256<uint> ZipHigh(Vector256<uint> left, Vector256<uint> right) => Avx2.IsSupported
        ? Avx2.UnpackHigh(left, right)
        : Vector256.Create(
            AdvSimd.Arm64.ZipHigh(left.GetLower(), right.GetLower()), AdvSimd.Arm64.ZipHigh(left.GetUpper(), right.GetUpper()));

    private static Vector256<ulong> ZipLow(Vector256<ulong> left, Vector256<ulong> right) => Avx2.IsSupported
        ? Avx2.UnpackLow(left, right)
        : Vector256.Create(
            AdvSimd.Arm64.ZipLow(left.GetLower(), right.GetLower()), AdvSimd.Arm64.ZipLow(left.GetUpper(), right.GetUpper()));

    private static Vector256<ulong> ZipHigh(Vector256<ulong> left, Vector256<ulong> right) => Avx2.IsSupported
        ? Avx2.UnpackHigh(left, right)
        : Vector256.Create(
            AdvSimd.Arm64.ZipHigh(left.GetLower(), right.GetLower()), AdvSimd.Arm64.ZipHigh(left.GetUpper(), right.GetUpper()));
}
