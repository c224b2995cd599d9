using System.Runtime.CompilerServices;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu.Simd;

/// <summary>Functions of vectors, and what a row's remainder needs: parts of a vector are computed exactly as whole ones are.</summary>
internal static unsafe class VectorMath<TSimd, TFloats>
    where TSimd : struct, ISimd<TFloats>
    where TFloats : struct
{
    private const int MostLanes = 16;

    // e^x is a normal number from here on.
    private const float ExpLowest = -87.33654f;
    private const float ExpHighest = 88.37f;

    // ln 2 in two parts, the first exact in products with small integers.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    /// <summary>The first <paramref name="count"/> lanes from memory, zero in the others.</summary>
    public static TFloats LoadSome(float* source, int count)
    {
        var lanes = stackalloc float[MostLanes];
        for (var i = 0; i < MostLanes; i++)
        {
            lanes[i] = i < count ? source[i] : 0;
        }
        return TSimd.Load(lanes);
    }

    public static void StoreSome(TFloats value, float* destination, int count)
    {
        var lanes = stackalloc float[MostLanes];
        TSimd.Store(value, lanes);
        for (var i = 0; i < count; i++)
        {
            destination[i] = lanes[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloats LoadUpTo(float* source, long left) => left >= TSimd.Lanes ? TSimd.Load(source) : LoadSome(source, (int)left);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreUpTo(TFloats value, float* destination, long left)
    {
        if (left >= TSimd.Lanes)
        {
            TSimd.Store(value, destination);
        }
        else
        {
            StoreSome(value, destination, (int)left);
        }
    }

    /// <summary>e^x within 2 units in the last place; 0 where that is below the normal numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloats Exp(TFloats x)
    {
        var clamped = TSimd.Min(TSimd.Max(x, TSimd.All(ExpLowest)), TSimd.All(ExpHighest));
        var exponent = TSimd.Round(TSimd.Multiply(clamped, TSimd.All(1.44269504f)));
        var rest = TSimd.MultiplyAdd(exponent, TSimd.All(-Ln2High), clamped);
        rest = TSimd.MultiplyAdd(exponent, TSimd.All(-Ln2Low), rest);

        // Taylor's series: |rest| ≤ ln 2 / 2, so that the first term left out is below 5e-9.
        var series = TSimd.All(1f / 5040);
        series = TSimd.MultiplyAdd(series, rest, TSimd.All(1f / 720));
        series = TSimd.MultiplyAdd(series, rest, TSimd.All(1f / 120));
        series = TSimd.MultiplyAdd(series, rest, TSimd.All(1f / 24));
        series = TSimd.MultiplyAdd(series, rest, TSimd.All(1f / 6));
        series = TSimd.MultiplyAdd(series, rest, TSimd.All(1f / 2));
        series = TSimd.MultiplyAdd(series, rest, TSimd.All(1));
        series = TSimd.MultiplyAdd(series, rest, TSimd.All(1));
        return TSimd.WhereNotBelow(x, ExpLowest, TSimd.TimesPowerOfTwo(series, exponent), TSimd.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TFloats Activate(TFloats x, Activation activation) => activation switch
    {
        // ½(1 + tanh u) is σ(2u).
        Activation.GeluTanh => TimesSigmoid(x, TSimd.Multiply(TSimd.MultiplyAdd(
            TSimd.Multiply(TSimd.Multiply(x, x), x), TSimd.All(0.044715f), x), TSimd.All(1.5957691216f))),
        Activation.Gelu => TSimd.Multiply(x, NormalCumulative(x)),
        Activation.Silu => TimesSigmoid(x, x),
        Activation.Tanh => Tanh(x),
        Activation.Relu => TSimd.Max(x, TSimd.Zero),
        Activation.Sigmoid => TimesSigmoid(TSimd.All(1), x),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TFloats TimesSigmoid(TFloats x, TFloats z) =>
        TSimd.Divide(x, TSimd.Add(TSimd.All(1), Exp(TSimd.Subtract(TSimd.Zero, z))));

    /// <summary>
    /// From ⅝ on by e^2x; below, where 1 is taken from numbers close to it, by the rational function of Cephes (S. L. Moshier,
    /// tanhf.c).
    /// </summary>
    private static TFloats Tanh(TFloats x)
    {
        const float Limit = 0.625f;
        var magnitude = TSimd.Max(x, TSimd.Subtract(TSimd.Zero, x));
        var square = TSimd.Multiply(x, x);
        var series = TSimd.All(-5.70498872745e-3f);
        foreach (var coefficient in (ReadOnlySpan<float>)[2.06390887954e-2f, -5.37397155531e-2f, 1.33314422036e-1f, -3.33332819422e-1f])
        {
            series = TSimd.MultiplyAdd(series, square, TSimd.All(coefficient));
        }
        var near = TSimd.MultiplyAdd(TSimd.Multiply(series, square), x, x);
        var rest = TSimd.Divide(TSimd.All(2), TSimd.Add(Exp(TSimd.Add(magnitude, magnitude)), TSimd.All(1)));
        var far = TSimd.Subtract(TSimd.All(1), rest);
        var signed = TSimd.WhereNotBelow(x, 0, far, TSimd.Subtract(TSimd.Zero, far));
        return TSimd.WhereNotBelow(magnitude, Limit, signed, near);
    }

    /// <summary>
    /// Φ(x) = ½ erfc(−x/√2), with the Chebyshev fit of erfc in t = 1 / (1 + z/2) whose relative error stays below 1.2e-7 in the tail
    /// (W. H. Press et al., Numerical Recipes, 6.2).
    /// </summary>
    private static TFloats NormalCumulative(TFloats x)
    {
        var z = TSimd.Multiply(TSimd.Max(x, TSimd.Subtract(TSimd.Zero, x)), TSimd.All(0.70710678f));
        var t = TSimd.Divide(TSimd.All(1), TSimd.MultiplyAdd(z, TSimd.All(0.5f), TSimd.All(1)));
        var series = TSimd.All(0.17087277f);
        foreach (var coefficient in (ReadOnlySpan<float>)
            [-0.82215223f, 1.48851587f, -1.13520398f, 0.27886807f, -0.18628806f, 0.09678418f, 0.37409196f, 1.00002368f, -1.26551223f])
        {
            series = TSimd.MultiplyAdd(series, t, TSimd.All(coefficient));
        }
        var exponent = TSimd.MultiplyAdd(TSimd.Subtract(TSimd.Zero, z), z, series);
        var tail = TSimd.Multiply(TSimd.Multiply(t, Exp(exponent)), TSimd.All(0.5f));
        return TSimd.WhereNotBelow(x, 0, TSimd.Subtract(TSimd.All(1), tail), tail);
    }
}
