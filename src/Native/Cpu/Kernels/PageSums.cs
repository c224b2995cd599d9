using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Caches;
using MlxActors.Native.Cpu.Simd;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// Adds the values of a page's first tokens to the sums of queries, each by the query's weight of its token: one or two vectors of columns.
/// Several queries share the reading of the values; each adds token after token, so that its sums are the same in any company.
/// </summary>
/// <param name="values">Where the columns of the first token lie; those of the next are a block of columns behind.</param>
/// <param name="scales">One a token; not read where numbers have none.</param>
/// <param name="end">Tokens that are added.</param>
/// <param name="ahead">Bytes from a value to what will be read some time after it.</param>
/// <param name="stride">Floats from the sums of one query to those of the next.</param>
internal readonly unsafe struct PageSums<TSimd, TFloats, TNumbers>(
    byte* values, float* scales, int end, nint ahead, int stride)
    where TSimd : struct, ISimd<TFloats>
    where TFloats : struct
    where TNumbers : struct, IPageNumbers
{
    private const int Tokens = PageLayout.Tokens;

    private static int Step => PageLayout.Group * TNumbers.Bytes;

    private static int SecondVector => TSimd.Lanes * TNumbers.Bytes;

    [MethodImpl(Hot.Loop)]
    public void AddOne(float* weights, float* sums)
    {
        var (sum0, sum1) = (TSimd.Load(sums), TSimd.Load(sums + TSimd.Lanes));
        var value = values;
        for (var token = 0; token < end; token++, value += Step)
        {
            Prefetch.Line(value + ahead);
            var scale = Scale(token);
            var weight = TSimd.All(weights[token]);
            sum0 = TSimd.MultiplyAdd(weight, TNumbers.Load<TSimd, TFloats>(value, scale), sum0);
            sum1 = TSimd.MultiplyAdd(weight, TNumbers.Load<TSimd, TFloats>(value + SecondVector, scale), sum1);
        }
        VectorPair<TSimd, TFloats>.Store(sum0, sum1, sums);
    }

    /// <param name="weights">Those of the next query lie behind.</param>
    [MethodImpl(Hot.Loop)]
    public void AddTwo(float* weights, float* sums)
    {
        var (a0, a1) = (TSimd.Load(sums), TSimd.Load(sums + TSimd.Lanes));
        var (b0, b1) = (TSimd.Load(sums + stride), TSimd.Load(sums + stride + TSimd.Lanes));
        var value = values;
        for (var token = 0; token < end; token++, value += Step)
        {
            Prefetch.Line(value + ahead);
            var scale = Scale(token);
            var by0 = TNumbers.Load<TSimd, TFloats>(value, scale);
            var by1 = TNumbers.Load<TSimd, TFloats>(value + SecondVector, scale);
            var weight = TSimd.All(weights[token]);
            a0 = TSimd.MultiplyAdd(weight, by0, a0);
            a1 = TSimd.MultiplyAdd(weight, by1, a1);
            weight = TSimd.All(weights[Tokens + token]);
            b0 = TSimd.MultiplyAdd(weight, by0, b0);
            b1 = TSimd.MultiplyAdd(weight, by1, b1);
        }
        VectorPair<TSimd, TFloats>.Store(a0, a1, sums);
        VectorPair<TSimd, TFloats>.Store(b0, b1, sums + stride);
    }

    /// <inheritdoc cref="AddTwo"/>
    [MethodImpl(Hot.Loop)]
    public void AddFour(float* weights, float* sums)
    {
        var (a0, a1) = (TSimd.Load(sums), TSimd.Load(sums + TSimd.Lanes));
        var (b0, b1) = (TSimd.Load(sums + stride), TSimd.Load(sums + stride + TSimd.Lanes));
        var (c0, c1) = (TSimd.Load(sums + 2 * stride), TSimd.Load(sums + 2 * stride + TSimd.Lanes));
        var (e0, e1) = (TSimd.Load(sums + 3 * stride), TSimd.Load(sums + 3 * stride + TSimd.Lanes));
        var value = values;
        for (var token = 0; token < end; token++, value += Step)
        {
            Prefetch.Line(value + ahead);
            var scale = Scale(token);
            var by0 = TNumbers.Load<TSimd, TFloats>(value, scale);
            var by1 = TNumbers.Load<TSimd, TFloats>(value + SecondVector, scale);
            var weight = TSimd.All(weights[token]);
            a0 = TSimd.MultiplyAdd(weight, by0, a0);
            a1 = TSimd.MultiplyAdd(weight, by1, a1);
            weight = TSimd.All(weights[Tokens + token]);
            b0 = TSimd.MultiplyAdd(weight, by0, b0);
            b1 = TSimd.MultiplyAdd(weight, by1, b1);
            weight = TSimd.All(weights[2 * Tokens + token]);
            c0 = TSimd.MultiplyAdd(weight, by0, c0);
            c1 = TSimd.MultiplyAdd(weight, by1, c1);
            weight = TSimd.All(weights[3 * Tokens + token]);
            e0 = TSimd.MultiplyAdd(weight, by0, e0);
            e1 = TSimd.MultiplyAdd(weight, by1, e1);
        }
        VectorPair<TSimd, TFloats>.Store(a0, a1, sums);
        VectorPair<TSimd, TFloats>.Store(b0, b1, sums + stride);
        VectorPair<TSimd, TFloats>.Store(c0, c1, sums + 2 * stride);
        VectorPair<TSimd, TFloats>.Store(e0, e1, sums + 3 * stride);
    }

    /// <summary><see cref="AddFour"/> for one vector, where no more columns are left.</summary>
    [MethodImpl(Hot.Loop)]
    public void AddFourToOneVector(float* weights, float* sums)
    {
        var (a, b, c, e) = (TSimd.Load(sums), TSimd.Load(sums + stride), TSimd.Load(sums + 2 * stride), TSimd.Load(sums + 3 * stride));
        var value = values;
        for (var token = 0; token < end; token++, value += Step)
        {
            var by = TNumbers.Load<TSimd, TFloats>(value, Scale(token));
            a = TSimd.MultiplyAdd(TSimd.All(weights[token]), by, a);
            b = TSimd.MultiplyAdd(TSimd.All(weights[Tokens + token]), by, b);
            c = TSimd.MultiplyAdd(TSimd.All(weights[2 * Tokens + token]), by, c);
            e = TSimd.MultiplyAdd(TSimd.All(weights[3 * Tokens + token]), by, e);
        }
        TSimd.Store(a, sums);
        TSimd.Store(b, sums + stride);
        TSimd.Store(c, sums + 2 * stride);
        TSimd.Store(e, sums + 3 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TFloats Scale(int token) => TNumbers.HaveScales ? TSimd.All(scales[token]) : TSimd.Zero;
}
