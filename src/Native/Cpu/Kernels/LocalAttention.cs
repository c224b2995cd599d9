using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// Softmax attention to the <paramref name="span"/> rows from <c>row − before</c> on, as far as they are among the first
/// <paramref name="keys"/>. Items are rows by heads; scratch holds <paramref name="span"/> floats a thread.
/// </summary>
internal readonly unsafe struct LocalAttention(
    float* q, float* k, float* v, float* positions, float* y, int heads, int headDim, int before, int span, int keys, float softcap,
    float* scratch) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        var weights = scratch + worker * span;
        for (var item = first; item < end; item++)
        {
            var (row, head) = (item / heads, item % heads);
            var (start, last) = Visible(row);
            var largest = double.NegativeInfinity;
            for (var key = start; key < last; key++)
            {
                largest = Math.Max(largest, Logit(row, key, head));
            }
            var total = 0.0;
            for (var key = start; key < last; key++)
            {
                weights[key - start] = (float)Math.Exp(Logit(row, key, head) - largest);
                total += weights[key - start];
            }
            for (var d = 0; d < headDim; d++)
            {
                var sum = 0.0;
                for (var key = start; key < last; key++)
                {
                    sum += (double)weights[key - start] * v[At(key, head) + d];
                }
                y[At(row, head) + d] = total > 0 ? (float)(sum / total) : 0;
            }
        }
    }

    [MethodImpl(Hot.Loop)]
    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var weights = scratch + worker * span;
        for (var item = first; item < end; item++)
        {
            var (row, head) = (item / heads, item % heads);
            var (start, last) = Visible(row);
            var largest = float.NegativeInfinity;
            for (var key = start; key < last; key++)
            {
                weights[key - start] = softcap * MathF.Tanh(Dot<TSimd, TFloats>(row, key, head) / softcap);
                largest = MathF.Max(largest, weights[key - start]);
            }
            var total = 0f;
            for (var i = 0; i < last - start; i++)
            {
                weights[i] = MathF.Exp(weights[i] - largest);
                total += weights[i];
            }
            WriteMean<TSimd, TFloats>(row, head, start, last, weights, total > 0 ? 1 / total : 0);
        }
    }

    [MethodImpl(Hot.Loop)]
    private float Dot<TSimd, TFloats>(int row, int key, int head)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var query = q + At(row, head);
        var content = k + At(key, head);
        var position = positions + At(key - row + before, head);
        var sum = TSimd.Zero;
        for (var d = 0; d < headDim; d += TSimd.Lanes)
        {
            var left = headDim - d;
            var to = TSimd.Add(
                VectorMath<TSimd, TFloats>.LoadUpTo(content + d, left), VectorMath<TSimd, TFloats>.LoadUpTo(position + d, left));
            sum = TSimd.MultiplyAdd(VectorMath<TSimd, TFloats>.LoadUpTo(query + d, left), to, sum);
        }
        return TSimd.Sum(sum);
    }

    [MethodImpl(Hot.Loop)]
    private void WriteMean<TSimd, TFloats>(int row, int head, int start, int last, float* weights, float factor)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        for (var d = 0; d < headDim; d += TSimd.Lanes)
        {
            var sum = TSimd.Zero;
            for (var key = start; key < last; key++)
            {
                var value = VectorMath<TSimd, TFloats>.LoadUpTo(v + At(key, head) + d, headDim - d);
                sum = TSimd.MultiplyAdd(TSimd.All(weights[key - start]), value, sum);
            }
            VectorMath<TSimd, TFloats>.StoreUpTo(TSimd.Multiply(sum, TSimd.All(factor)), y + At(row, head) + d, headDim - d);
        }
    }

    private double Logit(int row, int key, int head)
    {
        var sum = 0.0;
        for (var d = 0; d < headDim; d++)
        {
            sum += q[At(row, head) + d] * ((double)k[At(key, head) + d] + positions[At(key - row + before, head) + d]);
        }
        return softcap * Math.Tanh(sum / softcap);
    }

    private (int Start, int End) Visible(int row) => (Math.Max(0, row - before), Math.Min(keys, row - before + span));

    private long At(int row, int head) => ((long)row * heads + head) * headDim;
}
