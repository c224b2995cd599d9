using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Caches;
using MlxActors.Native.Cpu.Simd;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// Products of query vectors with the keys of a page, a score for each token. Several queries share the reading of the keys; each sums over
/// the head dimension in order, so that its scores are the same in any company.
/// </summary>
internal static unsafe class PageScores<TSimd, TFloats, TNumbers>
    where TSimd : struct, ISimd<TFloats>
    where TFloats : struct
    where TNumbers : struct, IPageNumbers
{
    private const int Tokens = PageLayout.Tokens;

    [MethodImpl(Hot.Loop)]
    public static void OfOne(float* query, int headDim, PageHead page, Reading ahead, float* scores)
    {
        for (var token = 0; token < Tokens; token += 2 * TSimd.Lanes)
        {
            var (sum0, sum1) = (TSimd.Zero, TSimd.Zero);
            var key = page.Keys + token * TNumbers.Bytes;
            var asked = ahead.First;
            for (var d = 0; d < headDim;)
            {
                var (scale0, scale1) = (Scale(page, d, token), Scale(page, d, token + TSimd.Lanes));
                for (var end = EndOfGroup(d, headDim); d < end; d++, key += Tokens * TNumbers.Bytes, asked += ahead.ByColumn)
                {
                    Prefetch.Line(asked);
                    var by = TSimd.All(query[d]);
                    sum0 = TSimd.MultiplyAdd(by, TNumbers.Load<TSimd, TFloats>(key, scale0), sum0);
                    sum1 = TSimd.MultiplyAdd(by, TNumbers.Load<TSimd, TFloats>(key + TSimd.Lanes * TNumbers.Bytes, scale1), sum1);
                }
            }
            VectorPair<TSimd, TFloats>.Store(sum0, sum1, scores + token);
        }
    }

    /// <param name="scores">Those of <paramref name="b"/> lie behind those of <paramref name="a"/>.</param>
    [MethodImpl(Hot.Loop)]
    public static void OfTwo(float* a, float* b, int headDim, PageHead page, Reading ahead, float* scores)
    {
        for (var token = 0; token < Tokens; token += 2 * TSimd.Lanes)
        {
            var (a0, a1) = (TSimd.Zero, TSimd.Zero);
            var (b0, b1) = (TSimd.Zero, TSimd.Zero);
            var key = page.Keys + token * TNumbers.Bytes;
            var asked = ahead.First;
            for (var d = 0; d < headDim;)
            {
                var (scale0, scale1) = (Scale(page, d, token), Scale(page, d, token + TSimd.Lanes));
                for (var end = EndOfGroup(d, headDim); d < end; d++, key += Tokens * TNumbers.Bytes, asked += ahead.ByColumn)
                {
                    Prefetch.Line(asked);
                    var key0 = TNumbers.Load<TSimd, TFloats>(key, scale0);
                    var key1 = TNumbers.Load<TSimd, TFloats>(key + TSimd.Lanes * TNumbers.Bytes, scale1);
                    var by = TSimd.All(a[d]);
                    a0 = TSimd.MultiplyAdd(by, key0, a0);
                    a1 = TSimd.MultiplyAdd(by, key1, a1);
                    by = TSimd.All(b[d]);
                    b0 = TSimd.MultiplyAdd(by, key0, b0);
                    b1 = TSimd.MultiplyAdd(by, key1, b1);
                }
            }
            VectorPair<TSimd, TFloats>.Store(a0, a1, scores + token);
            VectorPair<TSimd, TFloats>.Store(b0, b1, scores + Tokens + token);
        }
    }

    /// <inheritdoc cref="OfTwo"/>
    [MethodImpl(Hot.Loop)]
    public static void OfFour(float* a, float* b, float* c, float* e, int headDim, PageHead page, Reading ahead, float* scores)
    {
        for (var token = 0; token < Tokens; token += 2 * TSimd.Lanes)
        {
            var (a0, b0, c0, e0) = (TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero);
            var (a1, b1, c1, e1) = (TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero);
            var key = page.Keys + token * TNumbers.Bytes;
            var asked = ahead.First;
            for (var d = 0; d < headDim;)
            {
                var (scale0, scale1) = (Scale(page, d, token), Scale(page, d, token + TSimd.Lanes));
                for (var end = EndOfGroup(d, headDim); d < end; d++, key += Tokens * TNumbers.Bytes, asked += ahead.ByColumn)
                {
                    Prefetch.Line(asked);
                    var key0 = TNumbers.Load<TSimd, TFloats>(key, scale0);
                    var key1 = TNumbers.Load<TSimd, TFloats>(key + TSimd.Lanes * TNumbers.Bytes, scale1);
                    var by = TSimd.All(a[d]);
                    a0 = TSimd.MultiplyAdd(by, key0, a0);
                    a1 = TSimd.MultiplyAdd(by, key1, a1);
                    by = TSimd.All(b[d]);
                    b0 = TSimd.MultiplyAdd(by, key0, b0);
                    b1 = TSimd.MultiplyAdd(by, key1, b1);
                    by = TSimd.All(c[d]);
                    c0 = TSimd.MultiplyAdd(by, key0, c0);
                    c1 = TSimd.MultiplyAdd(by, key1, c1);
                    by = TSimd.All(e[d]);
                    e0 = TSimd.MultiplyAdd(by, key0, e0);
                    e1 = TSimd.MultiplyAdd(by, key1, e1);
                }
            }
            VectorPair<TSimd, TFloats>.Store(a0, a1, scores + token);
            VectorPair<TSimd, TFloats>.Store(b0, b1, scores + Tokens + token);
            VectorPair<TSimd, TFloats>.Store(c0, c1, scores + 2 * Tokens + token);
            VectorPair<TSimd, TFloats>.Store(e0, e1, scores + 3 * Tokens + token);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int EndOfGroup(int d, int headDim) => TNumbers.HaveScales ? Math.Min(d + PageLayout.Group, headDim) : headDim;

    /// <summary>The scales of a vector of tokens; where there are none, what is returned is not used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TFloats Scale(PageHead page, int d, int token) =>
        TNumbers.HaveScales ? TSimd.LoadBFloat16(page.KeyScales + PageLayout.ScaleIndex(token, d)) : TSimd.Zero;
}
