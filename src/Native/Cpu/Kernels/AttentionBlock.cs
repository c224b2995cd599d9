using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Caches;
using MlxActors.Native.Cpu.Simd;

namespace MlxActors.Native.Cpu.Kernels;

internal static class AttentionBlock
{
    /// <summary>From so many queries on, keys and values are widened once for all.</summary>
    public const int WidenFrom = 12;

    private const int Padding = 16;

    /// <summary>Scratch for a query: its scores of a page, its sum of values, and its state.</summary>
    private static long FloatsPerQuery(PageLayout layout) => PageLayout.Tokens + SumStride(layout) + Padding;

    /// <summary>Floats from a query's sums to the next one's.</summary>
    public static int SumStride(PageLayout layout) => layout.Groups * PageLayout.Group;

    /// <summary>Floats of scratch for a block of at most so many queries.</summary>
    public static long ScratchLength(PageLayout layout, int queries) => queries * FloatsPerQuery(layout) + PageLayout.Tokens
        + (layout.Type == KvCacheType.Float32 || queries < WidenFrom ? 0 : layout.KeyCount + layout.ValueCount);
}

/// <summary>
/// Some query vectors under one key/value head that look at page after page, each with a running softmax: the largest score so far, the
/// sum of weights and the weighted sum of values, all scaled down when a larger score comes. What one query computes does not depend on
/// the others of the block.
/// </summary>
internal readonly unsafe struct AttentionBlock<TSimd, TFloats>
    where TSimd : struct, ISimd<TFloats>
    where TFloats : struct
{
    private const int Tokens = PageLayout.Tokens;

    private readonly AttentionWork _work;
    private readonly AttentionItem _item;
    private readonly PageLayout _layout;
    private readonly int _count;
    private readonly int _firstColumn;
    private readonly int _endColumn;
    private readonly int _stride;
    private readonly float* _scores;
    private readonly float* _sums;
    private readonly State* _states;
    private readonly float* _valueScales;
    private readonly float* _widened;

    /// <param name="scratch"><see cref="AttentionWork.ScratchLength"/> floats.</param>
    /// <param name="firstColumn">Of the head dimension, from which on values are summed up; the first of a group.</param>
    /// <param name="endColumn">The first one behind those.</param>
    public AttentionBlock(AttentionWork work, AttentionItem item, float* scratch, int firstColumn, int endColumn)
    {
        (_work, _item, _layout, _count) = (work, item, work.Layout, item.Rows * work.Group);
        _stride = AttentionBlock.SumStride(_layout);
        _firstColumn = firstColumn;
        _endColumn = Math.Min(endColumn, (_layout.HeadDim + TSimd.Lanes - 1) / TSimd.Lanes * TSimd.Lanes);
        _scores = scratch;
        _sums = _scores + (long)_count * Tokens;
        _states = (State*)(_sums + (long)_count * _stride);
        _valueScales = (float*)(_states + _count);
        _widened = _valueScales + Tokens;
        for (var query = 0; query < _count; query++)
        {
            var row = item.FirstRow + query / work.Group;
            _states[query] = new State
            {
                Query = work.Query(item, query),
                First = work.FirstVisible(item.Sequence, row),
                End = work.EndVisible(item.Sequence, row),
                Largest = float.NegativeInfinity,
            };
        }
        new Span<float>(_sums, _count * _stride).Clear();
    }

    /// <summary>Takes in a page, whose first token has the position <paramref name="start"/>.</summary>
    public void See<TNumbers>(int start, PageHead page)
        where TNumbers : struct, IPageNumbers
    {
        if (TNumbers.Type == KvCacheType.Float32 || _count < AttentionBlock.WidenFrom)
        {
            TakeIn<TNumbers>(start, page);
            return;
        }
        var keys = _widened;
        var values = _widened + _layout.KeyCount;
        PageWidening<TSimd, TFloats, TNumbers>.OfKeys(page, _layout.HeadDim, keys);
        PageWidening<TSimd, TFloats, TNumbers>.OfValues(page, _layout.HeadDim, values);
        TakeIn<Float32Numbers>(start, new PageHead { Keys = (byte*)keys, Values = (byte*)values });
    }

    /// <summary>Takes in a page whose scores are known.</summary>
    public void SeeScored<TNumbers>(int start, PageHead page, float* scores)
        where TNumbers : struct, IPageNumbers
    {
        new ReadOnlySpan<float>(scores, _count * Tokens).CopyTo(new Span<float>(_scores, _count * Tokens));
        Add<TNumbers>(page, Weigh(start));
    }

    /// <summary>The scores of a page, query after query.</summary>
    public void Score<TNumbers>(PageHead page, float* scores)
        where TNumbers : struct, IPageNumbers
    {
        var headDim = _layout.HeadDim;
        var state = _states;
        var left = _count;
        for (; left >= 4; left -= 4, state += 4, scores += 4 * Tokens)
        {
            PageScores<TSimd, TFloats, TNumbers>.OfFour(
                state[0].Query, state[1].Query, state[2].Query, state[3].Query, headDim, page, scores);
        }
        for (; left >= 2; left -= 2, state += 2, scores += 2 * Tokens)
        {
            PageScores<TSimd, TFloats, TNumbers>.OfTwo(state[0].Query, state[1].Query, headDim, page, scores);
        }
        if (left > 0)
        {
            PageScores<TSimd, TFloats, TNumbers>.OfOne(state->Query, headDim, page, scores);
        }
    }

    /// <summary>Writes the results of all queries, in the columns of this block.</summary>
    public void End()
    {
        for (var query = 0; query < _count; query++)
        {
            var factor = TSimd.All(1 / _states[query].Weights);
            var sums = _sums + query * _stride;
            var result = _work.Result(_item, query);
            for (var d = _firstColumn; d < _endColumn; d += TSimd.Lanes)
            {
                var mean = TSimd.Multiply(TSimd.Load(sums + d), factor);
                VectorMath<TSimd, TFloats>.StoreUpTo(mean, result + d, _layout.HeadDim - d);
            }
        }
    }

    private void TakeIn<TNumbers>(int start, PageHead page)
        where TNumbers : struct, IPageNumbers
    {
        Score<TNumbers>(page, _scores);
        Add<TNumbers>(page, Weigh(start));
    }

    /// <summary>Turns all scores into weights; returns the end of the page's tokens that any query sees.</summary>
    private int Weigh(int start)
    {
        var end = 0;
        for (var query = 0; query < _count; query++)
        {
            end = Math.Max(end, Weigh(query, start));
        }
        return end;
    }

    /// <summary>Turns a query's scores into weights and scales its sums; returns the end of the page's tokens that it sees.</summary>
    [MethodImpl(Hot.Loop)]
    private int Weigh(int query, int start)
    {
        var scores = new Span<float>(_scores + query * Tokens, Tokens);
        var state = _states[query];
        var first = Math.Max(state.First - start, 0);
        var end = Math.Min(state.End - start, Tokens);
        if (first >= end)
        {
            scores.Clear();
            return 0;
        }
        for (var token = 0; token < Tokens; token += TSimd.Lanes)
        {
            var score = _scores + query * Tokens + token;
            TSimd.Store(TSimd.Multiply(TSimd.Load(score), TSimd.All(_work.Scale)), score);
        }
        scores[..first].Fill(float.NegativeInfinity);
        scores[end..].Fill(float.NegativeInfinity);
        var largest = TSimd.All(float.NegativeInfinity);
        for (var token = 0; token < Tokens; token += TSimd.Lanes)
        {
            largest = TSimd.Max(largest, TSimd.Load(_scores + query * Tokens + token));
        }
        var newLargest = MathF.Max(state.Largest, TSimd.Largest(largest));
        var shrink = VectorMath<TSimd, TFloats>.Exp(TSimd.All(state.Largest - newLargest));
        var weights = TSimd.Zero;
        for (var token = 0; token < Tokens; token += TSimd.Lanes)
        {
            var score = TSimd.Load(_scores + query * Tokens + token);
            var weight = VectorMath<TSimd, TFloats>.Exp(TSimd.Subtract(score, TSimd.All(newLargest)));
            TSimd.Store(weight, _scores + query * Tokens + token);
            weights = TSimd.Add(weights, weight);
        }
        for (var d = _firstColumn; newLargest > state.Largest && d < _endColumn; d += TSimd.Lanes)
        {
            var sums = _sums + query * _stride + d;
            TSimd.Store(TSimd.Multiply(TSimd.Load(sums), shrink), sums);
        }
        _states[query].Weights = state.Weights * TSimd.Largest(shrink) + TSimd.Sum(weights);
        _states[query].Largest = newLargest;
        return end;
    }

    private void Add<TNumbers>(PageHead page, int end)
        where TNumbers : struct, IPageNumbers
    {
        for (var d = _firstColumn; d < _endColumn; d += 2 * TSimd.Lanes)
        {
            if (TNumbers.HaveScales && d % PageLayout.Group == 0)
            {
                WidenScales(page.ValueScales + PageLayout.ScaleIndex(0, d));
            }
            var values = page.Values + PageLayout.ValueIndex(0, d) * TNumbers.Bytes;
            var adding = new PageSums<TSimd, TFloats, TNumbers>(values, _valueScales, end, Ahead<TNumbers>(page, d), _stride);
            var sums = _sums + d;
            var weights = _scores;
            var left = _count;
            for (; left >= 4; left -= 4, weights += 4 * Tokens, sums += 4 * _stride)
            {
                if (d + TSimd.Lanes < _endColumn)
                {
                    adding.AddFour(weights, sums);
                }
                else
                {
                    adding.AddFourToOneVector(weights, sums);
                }
            }
            for (; left >= 2; left -= 2, weights += 2 * Tokens, sums += 2 * _stride)
            {
                adding.AddTwo(weights, sums);
            }
            if (left > 0)
            {
                adding.AddOne(weights, sums);
            }
        }
    }

    /// <summary>Bytes from the values of a group to what is read two groups later: values, or the keys of the next page.</summary>
    private nint Ahead<TNumbers>(PageHead page, int d)
        where TNumbers : struct, IPageNumbers
    {
        var bytes = PageLayout.Group * Tokens * TNumbers.Bytes;
        var group = d / PageLayout.Group;
        return group + 2 < _layout.Groups ? 2 * bytes
            : page.Next is null ? 0
            : (nint)(page.Next - page.Values) + (2 - _layout.Groups) * bytes;
    }

    private void WidenScales(ushort* scales)
    {
        for (var token = 0; token < Tokens; token += TSimd.Lanes)
        {
            TSimd.Store(TSimd.LoadBFloat16(scales + token), _valueScales + token);
        }
    }

    private struct State
    {
        public float* Query;
        public int First;
        public int End;
        public float Largest;
        public float Weights;
    }
}
