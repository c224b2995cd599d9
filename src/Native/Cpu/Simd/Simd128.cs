using System.Runtime.Intrinsics;

namespace MlxActors.Native.Cpu.Simd;

/// <summary>128-bit vectors: Arm.</summary>
internal readonly unsafe struct Simd128<TDots> : ISimd<Vector128<float>>
    where TDots : struct, IByteDots
{
    public static int Lanes => 4;

    public static Vector128<float> Zero => Vector128<float>.Zero;

    public static Vector128<float> All(float value) => Vector128.Create(value);

    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    public static Vector128<float> LoadBFloat16(ushort* source) => (Widen(source) << 16).AsSingle();

    public static Vector128<float> LoadFloat16(ushort* source) => Float16.ToFloat32(Widen(source));

    public static Vector128<float> LoadBytes(byte* source) =>
        Vector128.ConvertToSingle(
            Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)source).AsByte())).AsInt32());

    public static Vector128<float> LoadSignedBytes(sbyte* source) =>
        Vector128.ConvertToSingle(
            Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(int*)source).AsSByte())));

    public static void Store(Vector128<float> value, float* destination) => Vector128.Store(value, destination);

    public static Vector128<float> Add(Vector128<float> left, Vector128<float> right) => left + right;

    public static Vector128<float> Subtract(Vector128<float> left, Vector128<float> right) => left - right;

    public static Vector128<float> Multiply(Vector128<float> left, Vector128<float> right) => left * right;

    public static Vector128<float> Divide(Vector128<float> left, Vector128<float> right) => left / right;

    public static Vector128<float> MultiplyAdd(Vector128<float> left, Vector128<float> right, Vector128<float> addend) =>
        Vector128.FusedMultiplyAdd(left, right, addend);

    public static Vector128<float> Min(Vector128<float> left, Vector128<float> right) => Vector128.MinNative(left, right);

    public static Vector128<float> Max(Vector128<float> left, Vector128<float> right) => Vector128.MaxNative(left, right);

    public static Vector128<float> Round(Vector128<float> value) => Vector128.Round(value);

    public static Vector128<float> TimesPowerOfTwo(Vector128<float> value, Vector128<float> exponent) =>
        (value.AsInt32() + (Vector128.ConvertToInt32Native(exponent) << 23)).AsSingle();

    public static Vector128<float> WhereNotBelow(Vector128<float> x, float bound, Vector128<float> value, Vector128<float> below) =>
        Vector128.ConditionalSelect(Vector128.LessThan(x, Vector128.Create(bound)), below, value);

    public static float Sum(Vector128<float> value) => Vector128.Sum(value);

    public static float Largest(Vector128<float> value) => MathF.Max(MathF.Max(value[0], value[1]), MathF.Max(value[2], value[3]));

    public static bool DotsInPlace => TDots.InPlace;

    public static Vector256<int> Dot(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x) => TDots.Dot(sum, weights, x);

    public static Vector256<int> DotWide(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x) =>
        TDots.DotWide(sum, weights, x);

    private static Vector128<uint> Widen(ushort* source) => Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsUInt16());
}
