using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MlxActors.Native.Cpu.Simd;

/// <summary>Dot products of bytes, four a lane: see <see cref="ISimd{TFloats}.Dot"/>.</summary>
internal interface IByteDots
{
    /// <inheritdoc cref="ISimd{TFloats}.DotsInPlace"/>
    static abstract bool InPlace { get; }

    static abstract Vector256<int> Dot(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x);

    static abstract Vector256<int> DotWide(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x);
}

/// <summary>AVX-VNNI: one instruction. (.NET 10 has no 512-bit form of it for processors without AVX10.2.)</summary>
internal readonly struct VnniDots : IByteDots
{
    public static bool InPlace => true;

    public static Vector256<int> Dot(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x) =>
        AvxVnni.MultiplyWideningAndAdd(sum, weights, x);

    public static Vector256<int> DotWide(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x) =>
        AvxVnni.MultiplyWideningAndAdd(sum, weights, x);
}

/// <summary>AVX2: products are added in pairs into 16 bits, which 127 · 127 · 2 fits and 255 · 127 · 2 does not.</summary>
internal readonly struct PairDots : IByteDots
{
    public static bool InPlace => false;

    public static Vector256<int> Dot(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x) =>
        sum + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(weights, x), Vector256<short>.One);

    public static Vector256<int> DotWide(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x) =>
        Dot(sum, Nibbles.Low(weights), x) + (Dot(Vector256<int>.Zero, Nibbles.High(weights), x) << 4);
}

/// <summary>Arm: the dot product extension, or multiplications into 16 bits and pairwise additions.</summary>
internal readonly struct ArmDots : IByteDots
{
    public static bool InPlace => false;

    public static Vector256<int> Dot(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x) => Vector256.Create(
        Dot(sum.GetLower(), weights.GetLower().AsSByte(), x.GetLower()),
        Dot(sum.GetUpper(), weights.GetUpper().AsSByte(), x.GetUpper()));

    public static Vector256<int> DotWide(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x) =>
        Dot(sum, Nibbles.Low(weights), x) + (Dot(Vector256<int>.Zero, Nibbles.High(weights), x) << 4);

    private static Vector128<int> Dot(Vector128<int> sum, Vector128<sbyte> weights, Vector128<sbyte> x)
    {
        if (Dp.IsSupported)
        {
            return Dp.DotProduct(sum, weights, x);
        }
        var low = AdvSimd.MultiplyWideningLower(weights.GetLower(), x.GetLower());
        var high = AdvSimd.MultiplyWideningUpper(weights, x);
        var pairs = AdvSimd.Arm64.AddPairwise(AdvSimd.AddPairwiseWidening(low), AdvSimd.AddPairwiseWidening(high));
        return sum + pairs;
    }
}

internal static class Nibbles
{
    public static Vector256<byte> Low(Vector256<byte> bytes) => bytes & Vector256.Create((byte)0x0F);

    public static Vector256<byte> High(Vector256<byte> bytes) => (bytes.AsUInt16() >>> 4).AsByte() & Vector256.Create((byte)0x0F);
}
