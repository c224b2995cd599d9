using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary><c>x · wᵀ + bias</c> in floats. Items are tiles of <see cref="Columns"/> rows of the weight, which are dequantized once for all rows of x.
/// Each sum runs along K in one vector, however many rows and columns are computed together.</summary>
internal readonly unsafe struct LinearExactKernel(float* x, int rows, WeightMatrix weight, float* bias, float* y, float* scratch) : IKernel
{
    public const int Columns = 16;

    private const int ColumnsAtOnce = 4;
    private const int RowsAtOnce = 3;
    private const int ManyRows = 12;
    private const int Padding = 16;

    /// <summary>Floats of scratch a thread needs for a weight of K features.</summary>
    public static long ScratchLength(int k) => (long)Columns * PaddedLength(k);

    public void Scalar(int first, int end, int worker)
    {
        var w = scratch + worker * ScratchLength(weight.K);
        for (var n = first * Columns; n < Math.Min(end * Columns, weight.N); n++)
        {
            weight.Dequantize(n, w);
            for (var row = 0; row < rows; row++)
            {
                var source = x + (long)row * weight.K;
                var sum = 0.0;
                for (var k = 0; k < weight.K; k++)
                {
                    sum += (double)source[k] * w[k];
                }
                y[(long)row * weight.N + n] = (float)(bias is null ? sum : sum + bias[n]);
            }
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var stride = PaddedLength(weight.K);
        var w = scratch + worker * ScratchLength(weight.K);
        // Few rows: a weight is used while it is in the first-level cache. Many: x is read once for many columns.
        var step = rows < ManyRows ? ColumnsAtOnce : Columns;
        var last = Math.Min(end * Columns, weight.N);
        for (var n = first * Columns; n < last; n += step)
        {
            for (var column = 0; column < step; column++)
            {
                Dequantizer<TSimd, TFloats>.Row(weight, Math.Min(n + column, weight.N - 1), w + column * stride);
                new Span<float>(w + column * stride + weight.K, stride - weight.K).Clear();
            }
            var row = 0;
            for (; row <= rows - RowsAtOnce; row += RowsAtOnce)
            {
                for (var column = 0; column < step; column += ColumnsAtOnce)
                {
                    ThreeRows<TSimd, TFloats>(row, n + column, w + column * stride);
                }
            }
            for (; row < rows; row++)
            {
                for (var column = 0; column < step; column += ColumnsAtOnce)
                {
                    OneRow<TSimd, TFloats>(row, n + column, w + column * stride);
                }
            }
        }
    }

    private static int PaddedLength(int k) => (k + Padding - 1) / Padding * Padding;

    private void OneRow<TSimd, TFloats>(int row, int column, float* w)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var (k, stride) = (weight.K, PaddedLength(weight.K));
        var source = x + (long)row * k;
        var sum0 = TSimd.Zero;
        var sum1 = TSimd.Zero;
        var sum2 = TSimd.Zero;
        var sum3 = TSimd.Zero;
        for (var i = 0; i < k; i += TSimd.Lanes)
        {
            var value = VectorMath<TSimd, TFloats>.LoadUpTo(source + i, k - i);
            sum0 = TSimd.MultiplyAdd(value, TSimd.Load(w + i), sum0);
            sum1 = TSimd.MultiplyAdd(value, TSimd.Load(w + stride + i), sum1);
            sum2 = TSimd.MultiplyAdd(value, TSimd.Load(w + 2 * stride + i), sum2);
            sum3 = TSimd.MultiplyAdd(value, TSimd.Load(w + 3 * stride + i), sum3);
        }
        Finish<TSimd, TFloats>(row, column, sum0, sum1, sum2, sum3);
    }

    /// <summary>Three rows by four columns: twelve sums, which all instruction sets hold in registers.</summary>
    private void ThreeRows<TSimd, TFloats>(int row, int column, float* w)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var (k, stride) = (weight.K, PaddedLength(weight.K));
        var a = x + (long)row * k;
        var b = a + k;
        var c = b + k;
        var (a0, a1, a2, a3) = (TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero);
        var (b0, b1, b2, b3) = (TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero);
        var (c0, c1, c2, c3) = (TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero);
        for (var i = 0; i < k; i += TSimd.Lanes)
        {
            var valueA = VectorMath<TSimd, TFloats>.LoadUpTo(a + i, k - i);
            var valueB = VectorMath<TSimd, TFloats>.LoadUpTo(b + i, k - i);
            var valueC = VectorMath<TSimd, TFloats>.LoadUpTo(c + i, k - i);
            var by = TSimd.Load(w + i);
            a0 = TSimd.MultiplyAdd(valueA, by, a0);
            b0 = TSimd.MultiplyAdd(valueB, by, b0);
            c0 = TSimd.MultiplyAdd(valueC, by, c0);
            by = TSimd.Load(w + stride + i);
            a1 = TSimd.MultiplyAdd(valueA, by, a1);
            b1 = TSimd.MultiplyAdd(valueB, by, b1);
            c1 = TSimd.MultiplyAdd(valueC, by, c1);
            by = TSimd.Load(w + 2 * stride + i);
            a2 = TSimd.MultiplyAdd(valueA, by, a2);
            b2 = TSimd.MultiplyAdd(valueB, by, b2);
            c2 = TSimd.MultiplyAdd(valueC, by, c2);
            by = TSimd.Load(w + 3 * stride + i);
            a3 = TSimd.MultiplyAdd(valueA, by, a3);
            b3 = TSimd.MultiplyAdd(valueB, by, b3);
            c3 = TSimd.MultiplyAdd(valueC, by, c3);
        }
        Finish<TSimd, TFloats>(row, column, a0, a1, a2, a3);
        Finish<TSimd, TFloats>(row + 1, column, b0, b1, b2, b3);
        Finish<TSimd, TFloats>(row + 2, column, c0, c1, c2, c3);
    }

    private void Finish<TSimd, TFloats>(int row, int column, TFloats sum0, TFloats sum1, TFloats sum2, TFloats sum3)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var sums = stackalloc float[ColumnsAtOnce] { TSimd.Sum(sum0), TSimd.Sum(sum1), TSimd.Sum(sum2), TSimd.Sum(sum3) };
        for (var i = 0; i < ColumnsAtOnce && column + i < weight.N; i++)
        {
            y[(long)row * weight.N + column + i] = bias is null ? sums[i] : sums[i] + bias[column + i];
        }
    }
}
