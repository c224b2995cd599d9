using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlxActors.Native.Cpu.Simd;

/// <summary>512-bit vectors: AVX-512F.</summary>
internal readonly unsafe struct Simd512<TDots> : ISimd<Vector512<float>>
    where TDots : struct, IByteDots
{
    public static int Lanes => 16;

    public static Vector512<float> Zero => Vector512<float>.Zero;

    public static Vector512<float> All(float value) => Vector512.Create(value);

    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    public static Vector512<float> LoadBFloat16(ushort* source) => (Widen(source) << 16).AsSingle();

    public static Vector512<float> LoadFloat16(ushort* source) => Float16.ToFloat32(Widen(source));

    public static Vector512<float> LoadBytes(byte* source) =>
        Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector128.Load(source)));

    public static Vector512<float> LoadSignedBytes(sbyte* source) =>
        Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector128.Load(source)));

    public static void Store(Vector512<float> value, float* destination) => Vector512.Store(value, destination);

    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;

    public static Vector512<float> Subtract(Vector512<float> left, Vector512<float> right) => left - right;

    public static Vector512<float> Multiply(Vector512<float> left, Vector512<float> right) => left * right;

    public static Vector512<float> Divide(Vector512<float> left, Vector512<float> right) => left / right;

    public static Vector512<float> MultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> addend) =>
        Vector512.FusedMultiplyAdd(left, right, addend);

    public static Vector512<float> Min(Vector512<float> left, Vector512<float> right) => Vector512.MinNative(left, right);

    public static Vector512<float> Max(Vector512<float> left, Vector512<float> right) => Vector512.MaxNative(left, right);

    public static Vector512<float> Round(Vector512<float> value) => Vector512.Round(value);

    public static Vector512<float> TimesPowerOfTwo(Vector512<float> value, Vector512<float> exponent) =>
        (value.AsInt32() + (Vector512.ConvertToInt32Native(exponent) << 23)).AsSingle();

    public static Vector512<float> WhereNotBelow(Vector512<float> x, float bound, Vector512<float> value, Vector512<float> below) =>
        Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(bound)), below, value);

    public static float Sum(Vector512<float> value) => Simd256<TDots>.Sum(value.GetLower() + value.GetUpper());

    public static float Largest(Vector512<float> value) => Simd256<TDots>.Largest(Vector256.MaxNative(value.GetLower(), value.GetUpper()));

    public static bool DotsInPlace => TDots.InPlace;

    public static Vector256<int> Dot(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x) => TDots.Dot(sum, weights, x);

    public static Vector256<int> DotWide(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x) =>
        TDots.DotWide(sum, weights, x);

    private static Vector512<uint> Widen(ushort* source) => Avx512F.ConvertToVector512UInt32(Vector256.Load(source));
}
