using System.Runtime.Intrinsics;

namespace MlxActors.Native.Cpu.Simd;

/// <summary>The vectors of one instruction set. Implementations are empty structs, so that the JIT makes one kernel for each.</summary>
/// <typeparam name="TFloats">The vector of floats.</typeparam>
internal unsafe interface ISimd<TFloats>
    where TFloats : struct
{
    /// <summary>Floats a vector.</summary>
    static abstract int Lanes { get; }

    static abstract TFloats Zero { get; }

    static abstract TFloats All(float value);

    static abstract TFloats Load(float* source);

    /// <summary>As many BFloat16 numbers as a vector has lanes.</summary>
    static abstract TFloats LoadBFloat16(ushort* source);

    /// <summary>As many Float16 numbers as a vector has lanes; finite ones.</summary>
    static abstract TFloats LoadFloat16(ushort* source);

    /// <summary>As many bytes as a vector has lanes, as numbers from 0 to 255.</summary>
    static abstract TFloats LoadBytes(byte* source);

    /// <summary>As many bytes as a vector has lanes, as numbers from −128 to 127.</summary>
    static abstract TFloats LoadSignedBytes(sbyte* source);

    static abstract void Store(TFloats value, float* destination);

    static abstract TFloats Add(TFloats left, TFloats right);

    static abstract TFloats Subtract(TFloats left, TFloats right);

    static abstract TFloats Multiply(TFloats left, TFloats right);

    static abstract TFloats Divide(TFloats left, TFloats right);

    /// <summary><c>left · right + addend</c>, rounded once.</summary>
    static abstract TFloats MultiplyAdd(TFloats left, TFloats right, TFloats addend);

    static abstract TFloats Min(TFloats left, TFloats right);

    static abstract TFloats Max(TFloats left, TFloats right);

    /// <summary>To the nearest integer, ties to even.</summary>
    static abstract TFloats Round(TFloats value);

    /// <summary><c>value · 2^exponent</c> for integral exponents that keep the result a normal number.</summary>
    static abstract TFloats TimesPowerOfTwo(TFloats value, TFloats exponent);

    /// <summary>By lanes: <paramref name="below"/> where <paramref name="x"/> is below the bound, else <paramref name="value"/>.</summary>
    static abstract TFloats WhereNotBelow(TFloats x, float bound, TFloats value, TFloats below);

    static abstract float Sum(TFloats value);

    static abstract float Largest(TFloats value);

    /// <summary>Whether <see cref="Dot"/> is one instruction that needs no registers beside its operands.</summary>
    static abstract bool DotsInPlace { get; }

    /// <summary>
    /// In each of eight lanes: <c>sum</c> plus the products of four bytes of <paramref name="weights"/> and four of <paramref name="x"/>.
    /// Exact for weights up to 127.
    /// </summary>
    static abstract Vector256<int> Dot(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x);

    /// <summary><see cref="Dot"/> for weights up to 255.</summary>
    static abstract Vector256<int> DotWide(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x);
}
