using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlxActors.Native.Cpu.Simd;

/// <summary>256-bit vectors: AVX2 with FMA.</summary>
internal readonly unsafe struct Simd256<TDots> : ISimd<Vector256<float>>
    where TDots : struct, IByteDots
{
    public static int Lanes => 8;

    public static Vector256<float> Zero => Vector256<float>.Zero;

    public static Vector256<float> All(float value) => Vector256.Create(value);

    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    public static Vector256<float> LoadBFloat16(ushort* source) => (Widen(source) << 16).AsSingle();

    public static Vector256<float> LoadFloat16(ushort* source) => Float16.ToFloat32(Widen(source));

    public static Vector256<float> LoadBytes(byte* source) =>
        Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(source));

    public static Vector256<float> LoadSignedBytes(sbyte* source) =>
        Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(source));

    public static void Store(Vector256<float> value, float* destination) => Vector256.Store(value, destination);

    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;

    public static Vector256<float> Subtract(Vector256<float> left, Vector256<float> right) => left - right;

    public static Vector256<float> Multiply(Vector256<float> left, Vector256<float> right) => left * right;

    public static Vector256<float> Divide(Vector256<float> left, Vector256<float> right) => left / right;

    public static Vector256<float> MultiplyAdd(Vector256<float> left, Vector256<float> right, Vector256<float> addend) =>
        Vector256.FusedMultiplyAdd(left, right, addend);

    public static Vector256<float> Min(Vector256<float> left, Vector256<float> right) => Vector256.MinNative(left, right);

    public static Vector256<float> Max(Vector256<float> left, Vector256<float> right) => Vector256.MaxNative(left, right);

    public static Vector256<float> Round(Vector256<float> value) => Vector256.Round(value);

    public static Vector256<float> TimesPowerOfTwo(Vector256<float> value, Vector256<float> exponent) =>
        (value.AsInt32() + (Vector256.ConvertToInt32Native(exponent) << 23)).AsSingle();

    public static Vector256<float> WhereNotBelow(Vector256<float> x, float bound, Vector256<float> value, Vector256<float> below) =>
        Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create(bound)), below, value);

    public static float Sum(Vector256<float> value) => Simd128<TDots>.Sum(value.GetLower() + value.GetUpper());

    public static float Largest(Vector256<float> value) => Simd128<TDots>.Largest(Vector128.MaxNative(value.GetLower(), value.GetUpper()));

    public static bool DotsInPlace => TDots.InPlace;

    public static Vector256<int> Dot(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x) => TDots.Dot(sum, weights, x);

    public static Vector256<int> DotWide(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x) =>
        TDots.DotWide(sum, weights, x);

    private static Vector256<uint> Widen(ushort* source) => Avx2.ConvertToVector256Int32(Vector128.Load(source)).AsUInt32();
}
