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

    /// <summary>Writes the columns <c>[first, first + 32)</c> of <c>y [rows, n]</c>, as far as there are.</summary>
    public void Write(int first)
    {
        var columns = Math.Min(Panel.Columns, n - first);
        for (var column = 0; column < columns; column += 2 * TSimd.Lanes)
        {
            var row = 0;
            for (; row <= rows - RowsAtOnce; row += RowsAtOnce)
            {
                SixRows(row, first, column, columns - column);
            }
            for (; row < rows; row++)
            {
                OneRow(row, first, column, columns - column);
            }
        }
    }

    [MethodImpl(Hot.Loop)]
    private void OneRow(int row, int first, int column, int left)
    {
        var (low, high) = (TSimd.Zero, TSimd.Zero);
        var source = x + (long)row * k;
        var weights = panel + column;
        for (var i = 0; i < k; i++, weights += Panel.Columns)
        {
            var value = TSimd.All(source[i]);
            low = TSimd.MultiplyAdd(value, TSimd.Load(weights), low);
            high = TSimd.MultiplyAdd(value, TSimd.Load(weights + TSimd.Lanes), high);
        }
        Store(row, first + column, left, low, high);
    }

    /// <summary>Six rows by two vectors: twelve sums, which all instruction sets hold in registers.</summary>
    [MethodImpl(Hot.Loop)]
    private void SixRows(int row, int first, int column, int left)
    {
        var (a0, b0, c0, d0, e0, f0) = (TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero);
        var (a1, b1, c1, d1, e1, f1) = (TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero);
        long stride = k;
        var upper = x + row * stride;
        var lower = upper + 3 * stride;
        var weights = panel + column;
        for (var end = upper + stride; upper < end; upper++, lower++, weights += Panel.Columns)
        {
            var low = TSimd.Load(weights);
            var high = TSimd.Load(weights + TSimd.Lanes);
            var value = TSimd.All(upper[0]);
            a0 = TSimd.MultiplyAdd(value, low, a0);
            a1 = TSimd.MultiplyAdd(value, high, a1);
            value = TSimd.All(upper[stride]);
            b0 = TSimd.MultiplyAdd(value, low, b0);
            b1 = TSimd.MultiplyAdd(value, high, b1);
            value = TSimd.All(upper[2 * stride]);
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
        Store(row, first + column, left, a0, a1);
        Store(row + 1, first + column, left, b0, b1);
        Store(row + 2, first + column, left, c0, c1);
        Store(row + 3, first + column, left, d0, d1);
        Store(row + 4, first + column, left, e0, e1);
        Store(row + 5, first + column, left, f0, f1);
    }

    private void Store(int row, int column, int left, TFloats low, TFloats high)
    {
        StoreOne(row, column, left, low);
        if (left > TSimd.Lanes)
        {
            StoreOne(row, column + TSimd.Lanes, left - TSimd.Lanes, high);
        }
    }

    private void StoreOne(int row, int column, int left, TFloats sum)
    {
        if (bias is not null)
        {
            sum = TSimd.Add(sum, VectorMath<TSimd, TFloats>.LoadUpTo(bias + column, left));
        }
        VectorMath<TSimd, TFloats>.StoreUpTo(sum, y + (long)row * n + column, left);
    }
}
