using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Caches;
using MlxActors.Native.Cpu.Simd;

namespace MlxActors.Native.Cpu.Kernels;

internal static class AttentionBlock
{
    private const int Padding = 16;

    /// <summary>Scratch for a query: its scores of a page, its sum of values, and its state.</summary>
    public static long FloatsPerQuery(PageLayout layout) => PageLayout.Tokens + layout.ValueStride + Padding;
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

    private readonly PageLayout _layout;
    private readonly float _scale;
    private readonly int _count;
    private readonly float* _scores;
    private readonly float* _sums;
    private readonly State* _states;

    public AttentionBlock(PageLayout layout, float scale, int count, float* scratch, int capacity)
    {
        (_layout, _scale, _count) = (layout, scale, count);
        _scores = scratch;
        _sums = _scores + (long)capacity * Tokens;
        _states = (State*)(_sums + (long)capacity * layout.ValueStride);
    }

    /// <summary>Sets a query that sees the positions <c>[first, end)</c>.</summary>
    public void Begin(int query, float* vector, int first, int end)
    {
        _states[query] = new State { Query = vector, First = first, End = end, Largest = float.NegativeInfinity };
        new Span<float>(_sums + query * _layout.ValueStride, _layout.ValueStride).Clear();
    }

    /// <summary>Takes in a page, whose first token has the position <paramref name="start"/>.</summary>
    public void See(int start, float* keys, float* values)
    {
        var query = 0;
        for (; query <= _count - 4; query += 4)
        {
            ScoreFour(query, keys);
        }
        for (; query < _count; query++)
        {
            ScoreOne(query, keys);
        }
        var end = 0;
        for (query = 0; query < _count; query++)
        {
            end = Math.Max(end, Weigh(query, start));
        }
        for (query = 0; query <= _count - 4; query += 4)
        {
            AddFour(query, values, end);
        }
        for (; query < _count; query++)
        {
            AddOne(query, values, end);
        }
    }

    public void End(int query, float* result)
    {
        var factor = TSimd.All(1 / _states[query].Weights);
        var sums = _sums + query * _layout.ValueStride;
        for (var d = 0; d < _layout.HeadDim; d += TSimd.Lanes)
        {
            VectorMath<TSimd, TFloats>.StoreUpTo(TSimd.Multiply(TSimd.Load(sums + d), factor), result + d, _layout.HeadDim - d);
        }
    }

    [MethodImpl(Hot.Loop)]
    private void ScoreOne(int query, float* keys)
    {
        var vector = _states[query].Query;
        for (var token = 0; token < Tokens; token += TSimd.Lanes)
        {
            var sum = TSimd.Zero;
            for (var d = 0; d < _layout.HeadDim; d++)
            {
                sum = TSimd.MultiplyAdd(TSimd.All(vector[d]), TSimd.Load(keys + d * Tokens + token), sum);
            }
            TSimd.Store(sum, _scores + query * Tokens + token);
        }
    }

    [MethodImpl(Hot.Loop)]
    private void ScoreFour(int query, float* keys)
    {
        var (a, b, c, e) = ((nint)_states[query].Query, (nint)_states[query + 1].Query,
            (nint)_states[query + 2].Query, (nint)_states[query + 3].Query);
        for (var token = 0; token < Tokens; token += 2 * TSimd.Lanes)
        {
            var (a0, b0, c0, e0) = (TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero);
            var (a1, b1, c1, e1) = (TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero);
            var key = keys + token;
            for (var d = 0; d < _layout.HeadDim; d++, key += Tokens)
            {
                var (key0, key1) = (TSimd.Load(key), TSimd.Load(key + TSimd.Lanes));
                var by = TSimd.All(((float*)a)[d]);
                a0 = TSimd.MultiplyAdd(by, key0, a0);
                a1 = TSimd.MultiplyAdd(by, key1, a1);
                by = TSimd.All(((float*)b)[d]);
                b0 = TSimd.MultiplyAdd(by, key0, b0);
                b1 = TSimd.MultiplyAdd(by, key1, b1);
                by = TSimd.All(((float*)c)[d]);
                c0 = TSimd.MultiplyAdd(by, key0, c0);
                c1 = TSimd.MultiplyAdd(by, key1, c1);
                by = TSimd.All(((float*)e)[d]);
                e0 = TSimd.MultiplyAdd(by, key0, e0);
                e1 = TSimd.MultiplyAdd(by, key1, e1);
            }
            var scores = _scores + query * Tokens + token;
            StoreTwo(a0, a1, scores);
            StoreTwo(b0, b1, scores + Tokens);
            StoreTwo(c0, c1, scores + 2 * Tokens);
            StoreTwo(e0, e1, scores + 3 * Tokens);
        }
    }

    private static void StoreTwo(TFloats low, TFloats high, float* target)
    {
        TSimd.Store(low, target);
        TSimd.Store(high, target + TSimd.Lanes);
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
            TSimd.Store(TSimd.Multiply(TSimd.Load(score), TSimd.All(_scale)), score);
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
        for (var d = 0; newLargest > state.Largest && d < _layout.ValueStride; d += TSimd.Lanes)
        {
            var sums = _sums + query * _layout.ValueStride + d;
            TSimd.Store(TSimd.Multiply(TSimd.Load(sums), shrink), sums);
        }
        _states[query].Weights = state.Weights * TSimd.Largest(shrink) + TSimd.Sum(weights);
        _states[query].Largest = newLargest;
        return end;
    }

    [MethodImpl(Hot.Loop)]
    private void AddOne(int query, float* values, int end)
    {
        var weights = _scores + query * Tokens;
        var sums = _sums + query * _layout.ValueStride;
        for (var d = 0; d < _layout.ValueStride; d += TSimd.Lanes)
        {
            var sum = TSimd.Load(sums + d);
            for (var token = 0; token < end; token++)
            {
                sum = TSimd.MultiplyAdd(TSimd.All(weights[token]), TSimd.Load(values + token * _layout.ValueStride + d), sum);
            }
            TSimd.Store(sum, sums + d);
        }
    }

    private void AddFour(int query, float* values, int end)
    {
        var stride = _layout.ValueStride;
        var d = 0;
        for (; d <= stride - 2 * TSimd.Lanes; d += 2 * TSimd.Lanes)
        {
            AddFourByTwo(_scores + query * Tokens, values + d, end, _sums + query * stride + d, stride);
        }
        for (; d < stride; d += TSimd.Lanes)
        {
            AddFourByOne(_scores + query * Tokens, values + d, end, _sums + query * stride + d, stride);
        }
    }

    [MethodImpl(Hot.Loop)]
    private static void AddFourByOne(float* weights, float* value, int end, float* sums, int stride)
    {
        var a = TSimd.Load(sums);
        var b = TSimd.Load(sums + stride);
        var c = TSimd.Load(sums + 2 * stride);
        var e = TSimd.Load(sums + 3 * stride);
        for (var token = 0; token < end; token++, value += stride, weights++)
        {
            var by = TSimd.Load(value);
            a = TSimd.MultiplyAdd(TSimd.All(weights[0]), by, a);
            b = TSimd.MultiplyAdd(TSimd.All(weights[Tokens]), by, b);
            c = TSimd.MultiplyAdd(TSimd.All(weights[2 * Tokens]), by, c);
            e = TSimd.MultiplyAdd(TSimd.All(weights[3 * Tokens]), by, e);
        }
        TSimd.Store(a, sums);
        TSimd.Store(b, sums + stride);
        TSimd.Store(c, sums + 2 * stride);
        TSimd.Store(e, sums + 3 * stride);
    }

    [MethodImpl(Hot.Loop)]
    private static void AddFourByTwo(float* weights, float* value, int end, float* sums, int stride)
    {
        var (a0, a1) = (TSimd.Load(sums), TSimd.Load(sums + TSimd.Lanes));
        var (b0, b1) = (TSimd.Load(sums + stride), TSimd.Load(sums + stride + TSimd.Lanes));
        var (c0, c1) = (TSimd.Load(sums + 2 * stride), TSimd.Load(sums + 2 * stride + TSimd.Lanes));
        var (e0, e1) = (TSimd.Load(sums + 3 * stride), TSimd.Load(sums + 3 * stride + TSimd.Lanes));
        for (var token = 0; token < end; token++, value += stride, weights++)
        {
            var (by0, by1) = (TSimd.Load(value), TSimd.Load(value + TSimd.Lanes));
            var weight = TSimd.All(weights[0]);
            a0 = TSimd.MultiplyAdd(weight, by0, a0);
            a1 = TSimd.MultiplyAdd(weight, by1, a1);
            weight = TSimd.All(weights[Tokens]);
            b0 = TSimd.MultiplyAdd(weight, by0, b0);
            b1 = TSimd.MultiplyAdd(weight, by1, b1);
            weight = TSimd.All(weights[2 * Tokens]);
            c0 = TSimd.MultiplyAdd(weight, by0, c0);
            c1 = TSimd.MultiplyAdd(weight, by1, c1);
            weight = TSimd.All(weights[3 * Tokens]);
            e0 = TSimd.MultiplyAdd(weight, by0, e0);
            e1 = TSimd.MultiplyAdd(weight, by1, e1);
        }
        StoreTwo(a0, a1, sums);
        StoreTwo(b0, b1, sums + stride);
        StoreTwo(c0, c1, sums + 2 * stride);
        StoreTwo(e0, e1, sums + 3 * stride);
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
