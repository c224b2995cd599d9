using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MlxActors.Native.Cpu.Simd;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>The dot product that the width of a weight's elements allows.</summary>
internal interface IQuanta
{
    static abstract Vector256<int> Dot<TSimd, TFloats>(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct;
}

/// <summary>Elements of up to seven bits.</summary>
internal readonly struct FewerBits : IQuanta
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Dot<TSimd, TFloats>(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct => TSimd.Dot(sum, weights, x);
}

internal readonly struct EightBits : IQuanta
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Dot<TSimd, TFloats>(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct => TSimd.DotWide(sum, weights, x);
}

/// <summary>Elements of a group, known to the compiler, so that rows are at constant distances and loops have constant lengths.</summary>
internal interface IGroupSize
{
    static abstract int Elements { get; }
}

internal readonly struct Groups32 : IGroupSize
{
    public static int Elements => 32;
}

internal readonly struct Groups64 : IGroupSize
{
    public static int Elements => 64;
}

internal readonly struct Groups128 : IGroupSize
{
    public static int Elements => 128;
}

/// <summary>
/// What one group adds to the sums of two tiles: products of rows of quanta with its unpacked elements, times the scales. Rows are done
/// together as far as there are registers, so that a step of the weights is read once for all of them.
/// </summary>
/// <param name="quanta">Of the first row; the next one follows it.</param>
/// <param name="rowScales">Of each row.</param>
/// <param name="rowSums">Of each row: <see cref="QuantizedRows.Sums"/>.</param>
/// <param name="steps">The tiles' unpacked groups, <see cref="WeightTile.GroupBytes"/> apart.</param>
/// <param name="scales">Of the columns of both tiles.</param>
/// <param name="biases">The same.</param>
/// <param name="sums"><c>[rows, 16]</c>.</param>
internal readonly unsafe struct GroupProduct<TSimd, TFloats, TQuanta, TGroup>(
    sbyte* quanta, float* rowScales, float* rowSums, byte* steps, float* scales, float* biases, float* sums)
    where TSimd : struct, ISimd<TFloats>
    where TFloats : struct
    where TQuanta : struct, IQuanta
    where TGroup : struct, IGroupSize
{
    private const int StepBytes = WeightTile.Columns * sizeof(int);
    private const int SecondTile = WeightTile.GroupBytes;
    private const int Columns = 2 * WeightTile.Columns;

    public void AddRows(int rows)
    {
        var row = 0;
        if (TSimd.DotsInPlace)
        {
            // A dot product takes five times as long as until the next one can begin, of which there are two at a time: fewer than ten sums
            // under way wait for each other.
            for (; rows - row is >= 6 and not (8 or 10); row += 6)
            {
                AddSix(row);
            }
            for (; rows - row >= 5; row += 5)
            {
                AddFive(row);
            }
            if (rows - row == 3)
            {
                AddThree(row);
                row += 3;
            }
        }
        for (; row <= rows - 4; row += 4)
        {
            AddFour(row);
        }
        for (; row <= rows - 2; row += 2)
        {
            AddTwo(row);
        }
        if (row < rows)
        {
            AddOne(row);
        }
    }

    [MethodImpl(Hot.Loop)]
    private void AddSix(int row)
    {
        var (a, b, c, d) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var (e, f, g, h) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var (i, j, k, l) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var x = Row(row);
        var step = steps;
        for (var end = x + TGroup.Elements; x < end; x += 4, step += StepBytes)
        {
            var (left, right) = (Vector256.Load(step), Vector256.Load(step + SecondTile));
            Dot(x, left, right, ref a, ref b);
            Dot(x + TGroup.Elements, left, right, ref c, ref d);
            Dot(x + 2 * TGroup.Elements, left, right, ref e, ref f);
            Dot(x + 3 * TGroup.Elements, left, right, ref g, ref h);
            Dot(x + 4 * TGroup.Elements, left, right, ref i, ref j);
            Dot(x + 5 * TGroup.Elements, left, right, ref k, ref l);
        }
        Add(row, a, b);
        Add(row + 1, c, d);
        Add(row + 2, e, f);
        Add(row + 3, g, h);
        Add(row + 4, i, j);
        Add(row + 5, k, l);
    }

    [MethodImpl(Hot.Loop)]
    private void AddFive(int row)
    {
        var (a, b, c, d) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var (e, f, g, h) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var (i, j) = (Vector256<int>.Zero, Vector256<int>.Zero);
        var x = Row(row);
        var step = steps;
        for (var end = x + TGroup.Elements; x < end; x += 4, step += StepBytes)
        {
            var (left, right) = (Vector256.Load(step), Vector256.Load(step + SecondTile));
            Dot(x, left, right, ref a, ref b);
            Dot(x + TGroup.Elements, left, right, ref c, ref d);
            Dot(x + 2 * TGroup.Elements, left, right, ref e, ref f);
            Dot(x + 3 * TGroup.Elements, left, right, ref g, ref h);
            Dot(x + 4 * TGroup.Elements, left, right, ref i, ref j);
        }
        Add(row, a, b);
        Add(row + 1, c, d);
        Add(row + 2, e, f);
        Add(row + 3, g, h);
        Add(row + 4, i, j);
    }

    [MethodImpl(Hot.Loop)]
    private void AddFour(int row)
    {
        var (a, b, c, d) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var (e, f, g, h) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var x = Row(row);
        var step = steps;
        for (var end = x + TGroup.Elements; x < end; x += 4, step += StepBytes)
        {
            var (left, right) = (Vector256.Load(step), Vector256.Load(step + SecondTile));
            Dot(x, left, right, ref a, ref b);
            Dot(x + TGroup.Elements, left, right, ref c, ref d);
            Dot(x + 2 * TGroup.Elements, left, right, ref e, ref f);
            Dot(x + 3 * TGroup.Elements, left, right, ref g, ref h);
        }
        Add(row, a, b);
        Add(row + 1, c, d);
        Add(row + 2, e, f);
        Add(row + 3, g, h);
    }

    /// <summary>Even and odd steps apart, as with two rows.</summary>
    [MethodImpl(Hot.Loop)]
    private void AddThree(int row)
    {
        var (a, b, c, d) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var (e, f, g, h) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var (i, j, k, l) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var x = Row(row);
        var step = steps;
        for (var end = x + TGroup.Elements; x < end; x += 8, step += 2 * StepBytes)
        {
            var (left, right) = (Vector256.Load(step), Vector256.Load(step + SecondTile));
            Dot(x, left, right, ref a, ref b);
            Dot(x + TGroup.Elements, left, right, ref c, ref d);
            Dot(x + 2 * TGroup.Elements, left, right, ref e, ref f);
            (left, right) = (Vector256.Load(step + StepBytes), Vector256.Load(step + StepBytes + SecondTile));
            Dot(x + 4, left, right, ref g, ref h);
            Dot(x + 4 + TGroup.Elements, left, right, ref i, ref j);
            Dot(x + 4 + 2 * TGroup.Elements, left, right, ref k, ref l);
        }
        Add(row, a + g, b + h);
        Add(row + 1, c + i, d + j);
        Add(row + 2, e + k, f + l);
    }

    [MethodImpl(Hot.Loop)]
    private void AddTwo(int row)
    {
        // Even and odd steps apart: eight chains of additions keep the processor busy.
        var (a, b, c, d) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var (e, f, g, h) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var x = Row(row);
        var step = steps;
        for (var end = x + TGroup.Elements; x < end; x += 8, step += 2 * StepBytes)
        {
            var (left, right) = (Vector256.Load(step), Vector256.Load(step + SecondTile));
            Dot(x, left, right, ref a, ref b);
            Dot(x + TGroup.Elements, left, right, ref c, ref d);
            (left, right) = (Vector256.Load(step + StepBytes), Vector256.Load(step + StepBytes + SecondTile));
            Dot(x + 4, left, right, ref e, ref f);
            Dot(x + 4 + TGroup.Elements, left, right, ref g, ref h);
        }
        Add(row, a + e, b + f);
        Add(row + 1, c + g, d + h);
    }

    [MethodImpl(Hot.Loop)]
    private void AddOne(int row)
    {
        var (a, b, c, d) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var (e, f, g, h) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var x = Row(row);
        var step = steps;
        for (var end = x + TGroup.Elements; x < end; x += 16, step += 4 * StepBytes)
        {
            Dot(x, Vector256.Load(step), Vector256.Load(step + SecondTile), ref a, ref b);
            Dot(x + 4, Vector256.Load(step + StepBytes), Vector256.Load(step + StepBytes + SecondTile), ref c, ref d);
            Dot(x + 8, Vector256.Load(step + 2 * StepBytes), Vector256.Load(step + 2 * StepBytes + SecondTile), ref e, ref f);
            Dot(x + 12, Vector256.Load(step + 3 * StepBytes), Vector256.Load(step + 3 * StepBytes + SecondTile), ref g, ref h);
        }
        Add(row, a + c + (e + g), b + d + (f + h));
    }

    private sbyte* Row(int row) => quanta + (long)row * TGroup.Elements;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Dot(sbyte* x, Vector256<byte> left, Vector256<byte> right, ref Vector256<int> a, ref Vector256<int> b)
    {
        var four = WeightTile.Four(x);
        a = TQuanta.Dot<TSimd, TFloats>(a, left, four);
        b = TQuanta.Dot<TSimd, TFloats>(b, right, four);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(int row, Vector256<int> left, Vector256<int> right)
    {
        var (scale, sum) = (Vector256.Create(rowScales[row]), Vector256.Create(rowSums[row]));
        var target = sums + row * Columns;
        Accumulate(left, Vector256.Load(scales) * scale, Vector256.Load(biases), sum, target);
        Accumulate(right, Vector256.Load(scales + WeightTile.Columns) * scale, Vector256.Load(biases + WeightTile.Columns), sum, target + WeightTile.Columns);
    }

    /// <summary>Adds a group to sums in memory, in the order that all kernels add in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(Vector256<int> dots, Vector256<float> scale, Vector256<float> bias, Vector256<float> rowSum, float* target)
    {
        var sum = Vector256.FusedMultiplyAdd(scale, Vector256.ConvertToSingle(dots), Vector256.Load(target));
        Vector256.Store(Vector256.FusedMultiplyAdd(bias, rowSum, sum), target);
    }
}
