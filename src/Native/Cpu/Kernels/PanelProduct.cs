using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Simd;

namespace MlxActors.Native.Cpu.Kernels;

internal static class Panel
{
    /// <summary>Columns of a panel: <c>[K, Columns]</c> floats.</summary>
    public const int Columns = 32;
}

/// <summary>
/// <c>x [rows, K] · panel [K, 32] (+ bias)</c>. Columns are lanes, and each sum runs along K one product after the other, however many rows
/// are computed together.
/// </summary>
internal readonly unsafe struct PanelProduct<TSimd, TFloats>(float* x, int rows, float* panel, int k, float* bias, float* y, int n)
    where TSimd : struct, ISimd<TFloats>
    where TFloats : struct
{
    private const int RowsAtOnce = 6;

    // This much of a panel stays in the first-level cache while all rows pass; sums wait in y for the next part.
    private const int Depth = 256;

    /// <summary>Writes the columns <c>[first, first + 32)</c> of <c>y [rows, n]</c>, as far as there are.</summary>
    public void Write(int first)
    {
        var columns = Math.Min(Panel.Columns, n - first);
        if (columns == Panel.Columns)
        {
            Write(y + first, n, rows);
        }
        else
        {
            WriteSome(first, columns);
        }
        if (bias is not null)
        {
            AddBias(first, columns);
        }
    }

    /// <summary>The last columns of a weight whose N is no multiple of 32: computed as a whole panel, and copied in part.</summary>
    private void WriteSome(int first, int columns)
    {
        var some = stackalloc float[RowsAtOnce * Panel.Columns];
        for (var row = 0; row < rows; row += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, rows - row);
            new PanelProduct<TSimd, TFloats>(x + (long)row * k, count, panel, k, null, some, Panel.Columns)
                .Write(some, Panel.Columns, count);
            for (var i = 0; i < count; i++)
            {
                var target = new Span<float>(y + (long)(row + i) * n + first, columns);
                new ReadOnlySpan<float>(some + i * Panel.Columns, columns).CopyTo(target);
            }
        }
    }

    private void Write(float* target, long stride, int count)
    {
        if (k == 0)
        {
            for (var row = 0; row < count; row++)
            {
                new Span<float>(target + row * stride, Panel.Columns).Clear();
            }
        }
        for (var start = 0; start < k; start += Depth)
        {
            var depth = Math.Min(Depth, k - start);
            for (var column = 0; column < Panel.Columns; column += 2 * TSimd.Lanes)
            {
                var weights = panel + (long)start * Panel.Columns + column;
                var row = 0;
                for (; row <= count - RowsAtOnce; row += RowsAtOnce)
                {
                    SixRows(x + (long)row * k + start, k, weights, depth, target + row * stride + column, stride, start > 0);
                }
                for (; row < count; row++)
                {
                    OneRow(x + (long)row * k + start, weights, depth, target + row * stride + column, start > 0);
                }
            }
        }
    }

    [MethodImpl(Hot.Loop)]
    private void AddBias(int first, int columns)
    {
        for (var row = 0; row < rows; row++)
        {
            var target = y + (long)row * n + first;
            for (var column = 0; column < columns; column += TSimd.Lanes)
            {
                var sum = VectorMath<TSimd, TFloats>.LoadUpTo(target + column, columns - column);
                sum = TSimd.Add(sum, VectorMath<TSimd, TFloats>.LoadUpTo(bias + first + column, columns - column));
                VectorMath<TSimd, TFloats>.StoreUpTo(sum, target + column, columns - column);
            }
        }
    }

    [MethodImpl(Hot.Loop)]
    private static void OneRow(float* source, float* weights, int depth, float* target, bool continues)
    {
        var (low, high) = continues ? (TSimd.Load(target), TSimd.Load(target + TSimd.Lanes)) : (TSimd.Zero, TSimd.Zero);
        for (var i = 0; i < depth; i++, weights += Panel.Columns)
        {
            var value = TSimd.All(source[i]);
            low = TSimd.MultiplyAdd(value, TSimd.Load(weights), low);
            high = TSimd.MultiplyAdd(value, TSimd.Load(weights + TSimd.Lanes), high);
        }
        TSimd.Store(low, target);
        TSimd.Store(high, target + TSimd.Lanes);
    }

    /// <summary>
    /// Six rows by two vectors: twelve sums, which all instruction sets hold in registers, as long as nothing here is a call.
    /// </summary>
    [MethodImpl(Hot.Loop)]
    private static void SixRows(float* source, long stride, float* weights, int depth, float* target, long targetStride, bool continues)
    {
        var (a0, b0, c0, d0, e0, f0) = (TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero);
        var (a1, b1, c1, d1, e1, f1) = (TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero);
        var lanes = TSimd.Lanes;
        if (continues)
        {
            (a0, a1) = (TSimd.Load(target), TSimd.Load(target + lanes));
            (b0, b1) = (TSimd.Load(target + targetStride), TSimd.Load(target + targetStride + lanes));
            (c0, c1) = (TSimd.Load(target + 2 * targetStride), TSimd.Load(target + 2 * targetStride + lanes));
            (d0, d1) = (TSimd.Load(target + 3 * targetStride), TSimd.Load(target + 3 * targetStride + lanes));
            (e0, e1) = (TSimd.Load(target + 4 * targetStride), TSimd.Load(target + 4 * targetStride + lanes));
            (f0, f1) = (TSimd.Load(target + 5 * targetStride), TSimd.Load(target + 5 * targetStride + lanes));
        }
        var lower = source + 3 * stride;
        for (var end = source + depth; source < end; source++, lower++, weights += Panel.Columns)
        {
            var low = TSimd.Load(weights);
            var high = TSimd.Load(weights + lanes);
            var value = TSimd.All(source[0]);
            a0 = TSimd.MultiplyAdd(value, low, a0);
            a1 = TSimd.MultiplyAdd(value, high, a1);
            value = TSimd.All(source[stride]);
            b0 = TSimd.MultiplyAdd(value, low, b0);
            b1 = TSimd.MultiplyAdd(value, high, b1);
            value = TSimd.All(source[2 * stride]);
            c0 = TSimd.MultiplyAdd(value, low, c0);
            c1 = TSimd.MultiplyAdd(value, high, c1);
            value = TSimd.All(lower[0]);
            d0 = TSimd.MultiplyAdd(value, low, d0);
            d1 = TSimd.MultiplyAdd(value, high, d1);
            value = TSimd.All(lower[stride]);
            e0 = TSimd.MultiplyAdd(value, low, e0);
            e1 = TSimd.MultiplyAdd(value, high, e1);
            value = TSimd.All(lower[2 * stride]);
            f0 = TSimd.MultiplyAdd(value, low, f0);
            f1 = TSimd.MultiplyAdd(value, high, f1);
        }
        TSimd.Store(a0, target);
        TSimd.Store(a1, target + lanes);
        TSimd.Store(b0, target + targetStride);
        TSimd.Store(b1, target + targetStride + lanes);
        TSimd.Store(c0, target + 2 * targetStride);
        TSimd.Store(c1, target + 2 * targetStride + lanes);
        TSimd.Store(d0, target + 3 * targetStride);
        TSimd.Store(d1, target + 3 * targetStride + lanes);
        TSimd.Store(e0, target + 4 * targetStride);
        TSimd.Store(e1, target + 4 * targetStride + lanes);
        TSimd.Store(f0, target + 5 * targetStride);
        TSimd.Store(f1, target + 5 * targetStride + lanes);
    }
}
