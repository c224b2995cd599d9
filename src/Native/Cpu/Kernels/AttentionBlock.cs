using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Caches;
using MlxActors.Native.Cpu.Simd;

namespace MlxActors.Native.Cpu.Kernels;

internal static class AttentionBlock
{
    /// <summary>From so many queries on, keys and values are widened once for all.</summary>
    public const int WidenFrom = 12;

    private const int Padding = 16;

    /// <summary>Floats from a query's sums to the next one's.</summary>
    public static int SumStride(PageLayout layout) => layout.Groups * PageLayout.Group;

    /// <summary>Floats of scratch for a block of at most so many queries.</summary>
    public static long ScratchLength(PageLayout layout, int queries) => queries * FloatsPerQuery(layout) + PageLayout.Tokens
        + Math.Max(layout.KeyCount, PageLayout.Tokens * PageLayout.Group);

    /// <summary>Of a query: its scores of a page, its sum of values, and its state.</summary>
    private static long FloatsPerQuery(PageLayout layout) => PageLayout.Tokens + SumStride(layout) + Padding;
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
        Score<TNumbers>(page, _scores);
        Add<TNumbers>(page, Weigh(start));
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
        var ahead = _count < AttentionBlock.WidenFrom
            ? Reading.Following<TNumbers>(page)
            : Reading.NextPage<TNumbers>(page, _layout, _count / 4);
        if (Widens<TNumbers>())
        {
            PageWidening<TSimd, TFloats, TNumbers>.OfKeys(page, _layout.HeadDim, _widened);
            Score<Float32Numbers>(new PageHead { Keys = (byte*)_widened }, ahead, scores);
        }
        else
        {
            Score<TNumbers>(page, ahead, scores);
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

    /// <summary>Whether a page is read by so many queries that its numbers are widened once for all.</summary>
    private bool Widens<TNumbers>()
        where TNumbers : struct, IPageNumbers => TNumbers.Type != KvCacheType.Float32 && _count >= AttentionBlock.WidenFrom;

    private void Score<TNumbers>(PageHead page, Reading ahead, float* scores)
        where TNumbers : struct, IPageNumbers
    {
        var headDim = _layout.HeadDim;
        var state = _states;
        var left = _count;
        for (; left >= 4; left -= 4, state += 4, scores += 4 * Tokens, ahead.First += ahead.ByProduct)
        {
            PageScores<TSimd, TFloats, TNumbers>.OfFour(
                state[0].Query, state[1].Query, state[2].Query, state[3].Query, headDim, page, ahead, scores);
        }
        for (; left >= 2; left -= 2, state += 2, scores += 2 * Tokens)
        {
            PageScores<TSimd, TFloats, TNumbers>.OfTwo(state[0].Query, state[1].Query, headDim, page, ahead, scores);
        }
        if (left > 0)
        {
            PageScores<TSimd, TFloats, TNumbers>.OfOne(state->Query, headDim, page, ahead, scores);
        }
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
        var scores = _scores + query * Tokens;
        var state = _states[query];
        var first = Math.Max(state.First - start, 0);
        var end = Math.Min(state.End - start, Tokens);
        if (first >= end)
        {
            new Span<float>(scores, Tokens).Clear();
            return 0;
        }
        var largest = TSimd.All(float.NegativeInfinity);
        for (var token = 0; token < Tokens; token += TSimd.Lanes)
        {
            var score = TSimd.Multiply(TSimd.Load(scores + token), TSimd.All(_work.Scale));
            TSimd.Store(score, scores + token);
            largest = TSimd.Max(largest, score);
        }
        if (end - first < Tokens)
        {
            new Span<float>(scores, first).Fill(float.NegativeInfinity);
            new Span<float>(scores + end, Tokens - end).Fill(float.NegativeInfinity);
            largest = TSimd.All(float.NegativeInfinity);
            for (var token = 0; token < Tokens; token += TSimd.Lanes)
            {
                largest = TSimd.Max(largest, TSimd.Load(scores + token));
            }
        }
        var newLargest = MathF.Max(state.Largest, TSimd.Largest(largest));
        var weights = TSimd.Zero;
        for (var token = 0; token < Tokens; token += TSimd.Lanes)
        {
            var weight = VectorMath<TSimd, TFloats>.Exp(TSimd.Subtract(TSimd.Load(scores + token), TSimd.All(newLargest)));
            TSimd.Store(weight, scores + token);
            weights = TSimd.Add(weights, weight);
        }
        if (newLargest > state.Largest)
        {
            Shrink(query, VectorMath<TSimd, TFloats>.Exp(TSimd.All(state.Largest - newLargest)));
            _states[query].Largest = newLargest;
        }
        _states[query].Weights += TSimd.Sum(weights);
        return end;
    }

    /// <summary>Scales what a query has summed up.</summary>
    private void Shrink(int query, TFloats factor)
    {
        for (var d = _firstColumn; d < _endColumn; d += TSimd.Lanes)
        {
            var sums = _sums + query * _stride + d;
            TSimd.Store(TSimd.Multiply(TSimd.Load(sums), factor), sums);
        }
        _states[query].Weights *= TSimd.Largest(factor);
    }

    private void Add<TNumbers>(PageHead page, int end)
        where TNumbers : struct, IPageNumbers
    {
        for (var d = _firstColumn; d < _endColumn; d += 2 * TSimd.Lanes)
        {
            var column = d % PageLayout.Group;
            if (Widens<TNumbers>())
            {
                if (column == 0)
                {
                    PageWidening<TSimd, TFloats, TNumbers>.OfValues(page, d, _widened);
                }
                Add(new PageSums<TSimd, TFloats, Float32Numbers>((byte*)(_widened + column), null, end, 0, _stride), d);
            }
            else
            {
                if (TNumbers.HaveScales && column == 0)
                {
                    WidenScales(page.ValueScales + PageLayout.ScaleIndex(0, d));
                }
                var values = page.Values + PageLayout.ValueIndex(0, d) * TNumbers.Bytes;
                var ahead = Reading.AfterValues<TNumbers>(page, _layout, d);
                Add(new PageSums<TSimd, TFloats, TNumbers>(values, _valueScales, end, ahead, _stride), d);
            }
        }
    }

    /// <summary>To the columns of one or two vectors from <paramref name="d"/> on.</summary>
    private void Add<TNumbers>(PageSums<TSimd, TFloats, TNumbers> adding, int d)
        where TNumbers : struct, IPageNumbers
    {
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
