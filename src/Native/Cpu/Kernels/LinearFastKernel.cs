using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// <c>x · wᵀ + bias</c> of activations in 8 bits and packed weights. Items are tiles of <see cref="WeightTile.Columns"/> rows of the weight.
/// The products of a group are summed in integers, exactly; the groups in floats in the order of K. So rows and columns can be computed
/// together in any number, and all instruction sets give the same bits.
/// </summary>
internal readonly unsafe struct LinearFastKernel(QuantizedRows x, WeightMatrix weight, float* bias, float* y, byte* scratch) : IKernel
{
    private const int Columns = WeightTile.Columns;
    private const int StepBytes = Columns * sizeof(int);
    private const int RowsAtOnce = 256;
    private const int GroupBytes = WeightTile.GroupBytes;

    /// <summary>Bytes of scratch a thread needs: a group in steps, the same before it is turned, the sums, the scales and the biases.</summary>
    public static long ScratchLength(int groups) => 2 * GroupBytes + (RowsAtOnce + 2L * groups) * Columns * sizeof(float);

    private interface IQuanta
    {
        static abstract Vector256<int> Dot<TSimd, TFloats>(Vector256<int> sum, Vector256<byte> weights, sbyte* x)
            where TSimd : struct, ISimd<TFloats>
            where TFloats : struct;
    }

    public void Scalar(int first, int end, int worker)
    {
        for (var n = first * Columns; n < Math.Min(end * Columns, weight.N); n++)
        {
            for (var row = 0; row < x.Rows; row++)
            {
                var sum = 0f;
                for (var group = 0; group < weight.Groups; group++)
                {
                    var index = x.Index(group, row);
                    var dot = 0;
                    for (var k = 0; k < weight.GroupSize; k++)
                    {
                        dot += x.Quanta[index * weight.GroupSize + x.Place(k)] * weight.Quantum(n, group * weight.GroupSize + k);
                    }
                    sum = MathF.FusedMultiplyAdd(weight.Scale(n, group) * x.Scales[index], dot, sum);
                    sum = MathF.FusedMultiplyAdd(weight.Bias(n, group), x.Sums[index], sum);
                }
                y[(long)row * weight.N + n] = bias is null ? sum : sum + bias[n];
            }
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        if (weight.Bits == 8)
        {
            Tiles<TSimd, TFloats, EightBits>(first, end, worker);
        }
        else
        {
            Tiles<TSimd, TFloats, FewerBits>(first, end, worker);
        }
    }

    [MethodImpl(Hot.Loop)]
    private void Tiles<TSimd, TFloats, TQuanta>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
        where TQuanta : struct, IQuanta
    {
        var steps = scratch + worker * ScratchLength(weight.Groups);
        var buffer = steps + GroupBytes;
        var sums = (float*)(buffer + GroupBytes);
        var scales = sums + RowsAtOnce * Columns;
        var biases = scales + (long)weight.Groups * Columns;
        for (var n = first * Columns; n < Math.Min(end * Columns, weight.N); n += Columns)
        {
            var tile = new WeightTile(weight, n);
            tile.TurnScales(scales);
            tile.TurnBiases(biases);
            for (var firstRow = 0; firstRow < x.Rows; firstRow += RowsAtOnce)
            {
                var rows = Math.Min(RowsAtOnce, x.Rows - firstRow);
                new Span<float>(sums, rows * Columns).Clear();
                for (var group = 0; group < weight.Groups; group++)
                {
                    tile.PrefetchNext(group);
                    var (scale, bias) = (Vector256.Load(scales + group * Columns), Vector256.Load(biases + group * Columns));
                    var index = x.Index(group, firstRow);
                    if (rows == 1 && weight.Bits == 4)
                    {
                        Add(index, tile.DotNibbles<TSimd, TFloats>(group, x.Quanta + index * x.GroupSize), scale, bias, sums);
                    }
                    else
                    {
                        tile.Unpack(group, steps, buffer);
                        AddGroup<TSimd, TFloats, TQuanta>(index, rows, steps, scale, bias, sums);
                    }
                }
                Finish(n, firstRow, rows, sums);
            }
        }
    }

    private void AddGroup<TSimd, TFloats, TQuanta>(
        long index, int rows, byte* steps, Vector256<float> scales, Vector256<float> biases, float* sums)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
        where TQuanta : struct, IQuanta
    {
        var row = 0;
        for (; row <= rows - 8; row += 8)
        {
            EightRows<TSimd, TFloats, TQuanta>(index + row, steps, scales, biases, sums + row * Columns);
        }
        for (; row <= rows - 4; row += 4)
        {
            FourRows<TSimd, TFloats, TQuanta>(index + row, steps, scales, biases, sums + row * Columns);
        }
        for (; row < rows; row++)
        {
            OneRow<TSimd, TFloats, TQuanta>(index + row, steps, scales, biases, sums + row * Columns);
        }
    }

    [MethodImpl(Hot.Loop)]
    private void OneRow<TSimd, TFloats, TQuanta>(
        long index, byte* steps, Vector256<float> scales, Vector256<float> biases, float* sums)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
        where TQuanta : struct, IQuanta
    {
        var (a, b, c, d) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var quanta = x.Quanta + index * x.GroupSize;
        for (var end = quanta + x.GroupSize; quanta < end; quanta += 16, steps += 4 * StepBytes)
        {
            a = TQuanta.Dot<TSimd, TFloats>(a, Vector256.Load(steps), quanta);
            b = TQuanta.Dot<TSimd, TFloats>(b, Vector256.Load(steps + StepBytes), quanta + 4);
            c = TQuanta.Dot<TSimd, TFloats>(c, Vector256.Load(steps + 2 * StepBytes), quanta + 8);
            d = TQuanta.Dot<TSimd, TFloats>(d, Vector256.Load(steps + 3 * StepBytes), quanta + 12);
        }
        Add(index, a + b + (c + d), scales, biases, sums);
    }

    [MethodImpl(Hot.Loop)]
    private void FourRows<TSimd, TFloats, TQuanta>(
        long index, byte* steps, Vector256<float> scales, Vector256<float> biases, float* sums)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
        where TQuanta : struct, IQuanta
    {
        // Even and odd steps apart: eight chains of additions keep the processor busy.
        var (a, b, c, d) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var (e, f, g, h) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var size = x.GroupSize;
        var quanta = x.Quanta + index * size;
        for (var end = quanta + size; quanta < end; quanta += 8, steps += 2 * StepBytes)
        {
            var weights = Vector256.Load(steps);
            a = TQuanta.Dot<TSimd, TFloats>(a, weights, quanta);
            b = TQuanta.Dot<TSimd, TFloats>(b, weights, quanta + size);
            c = TQuanta.Dot<TSimd, TFloats>(c, weights, quanta + 2 * size);
            d = TQuanta.Dot<TSimd, TFloats>(d, weights, quanta + 3 * size);
            weights = Vector256.Load(steps + StepBytes);
            e = TQuanta.Dot<TSimd, TFloats>(e, weights, quanta + 4);
            f = TQuanta.Dot<TSimd, TFloats>(f, weights, quanta + size + 4);
            g = TQuanta.Dot<TSimd, TFloats>(g, weights, quanta + 2 * size + 4);
            h = TQuanta.Dot<TSimd, TFloats>(h, weights, quanta + 3 * size + 4);
        }
        Add(index, a + e, scales, biases, sums);
        Add(index + 1, b + f, scales, biases, sums + Columns);
        Add(index + 2, c + g, scales, biases, sums + 2 * Columns);
        Add(index + 3, d + h, scales, biases, sums + 3 * Columns);
    }

    [MethodImpl(Hot.Loop)]
    private void EightRows<TSimd, TFloats, TQuanta>(
        long index, byte* steps, Vector256<float> scales, Vector256<float> biases, float* sums)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
        where TQuanta : struct, IQuanta
    {
        var (a, b, c, d) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var (e, f, g, h) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var size = x.GroupSize;
        var quanta = x.Quanta + index * size;
        for (var end = quanta + size; quanta < end; quanta += 4, steps += StepBytes)
        {
            var weights = Vector256.Load(steps);
            a = TQuanta.Dot<TSimd, TFloats>(a, weights, quanta);
            b = TQuanta.Dot<TSimd, TFloats>(b, weights, quanta + size);
            c = TQuanta.Dot<TSimd, TFloats>(c, weights, quanta + 2 * size);
            d = TQuanta.Dot<TSimd, TFloats>(d, weights, quanta + 3 * size);
            e = TQuanta.Dot<TSimd, TFloats>(e, weights, quanta + 4 * size);
            f = TQuanta.Dot<TSimd, TFloats>(f, weights, quanta + 5 * size);
            g = TQuanta.Dot<TSimd, TFloats>(g, weights, quanta + 6 * size);
            h = TQuanta.Dot<TSimd, TFloats>(h, weights, quanta + 7 * size);
        }
        Add(index, a, scales, biases, sums);
        Add(index + 1, b, scales, biases, sums + Columns);
        Add(index + 2, c, scales, biases, sums + 2 * Columns);
        Add(index + 3, d, scales, biases, sums + 3 * Columns);
        Add(index + 4, e, scales, biases, sums + 4 * Columns);
        Add(index + 5, f, scales, biases, sums + 5 * Columns);
        Add(index + 6, g, scales, biases, sums + 6 * Columns);
        Add(index + 7, h, scales, biases, sums + 7 * Columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(long index, Vector256<int> dots, Vector256<float> scales, Vector256<float> biases, float* sums)
    {
        var sum = Vector256.Load(sums);
        sum = Vector256.FusedMultiplyAdd(scales * Vector256.Create(x.Scales[index]), Vector256.ConvertToSingle(dots), sum);
        sum = Vector256.FusedMultiplyAdd(biases, Vector256.Create(x.Sums[index]), sum);
        Vector256.Store(sum, sums);
    }

    [MethodImpl(Hot.Loop)]
    private void Finish(int n, int firstRow, int rows, float* sums)
    {
        var columns = Math.Min(Columns, weight.N - n);
        for (var row = 0; row < rows; row++)
        {
            var target = y + (long)(firstRow + row) * weight.N + n;
            for (var column = 0; column < columns; column++)
            {
                var sum = sums[row * Columns + column];
                target[column] = bias is null ? sum : sum + bias[n + column];
            }
        }
    }

    private readonly struct FewerBits : IQuanta
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Dot<TSimd, TFloats>(Vector256<int> sum, Vector256<byte> weights, sbyte* x)
            where TSimd : struct, ISimd<TFloats>
            where TFloats : struct => TSimd.Dot(sum, weights, WeightTile.Four(x));
    }

    private readonly struct EightBits : IQuanta
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Dot<TSimd, TFloats>(Vector256<int> sum, Vector256<byte> weights, sbyte* x)
            where TSimd : struct, ISimd<TFloats>
            where TFloats : struct => TSimd.DotWide(sum, weights, WeightTile.Four(x));
    }
}
