using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// <c>x · wᵀ + bias</c> of 8-bit activations and packed weights. Items are <see cref="Columns"/> rows of the weight, two tiles.
/// The products of a group are summed in integers, exactly; the groups in floats in the order of K. So rows and columns can be computed
/// together in any number, and all instruction sets give the same bits.
/// </summary>
internal readonly unsafe struct LinearFastKernel(QuantizedRows x, WeightMatrix weight, float* bias, float* y, byte* scratch) : IKernel
{
    public const int Columns = 2 * WeightTile.Columns;

    /// <summary>Few enough for their quanta of a group and their sums to stay in the first cache.</summary>
    private const int RowsAtOnce = 128;
    private const int GroupBytes = WeightTile.GroupBytes;

    /// <summary>Bytes of scratch a thread needs: two groups in steps and one before it is turned, the sums, the scales and the biases.</summary>
    public static long ScratchLength(int groups) => 3 * GroupBytes + (RowsAtOnce + 2L * groups) * Columns * sizeof(float);

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
            OfQuanta<TSimd, TFloats, EightBits>(first, end, worker);
        }
        else
        {
            OfQuanta<TSimd, TFloats, FewerBits>(first, end, worker);
        }
    }

    private void OfQuanta<TSimd, TFloats, TQuanta>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
        where TQuanta : struct, IQuanta
    {
        switch (weight.GroupSize)
        {
            case 32:
                Tiles<TSimd, TFloats, TQuanta, Groups32>(first, end, worker);
                break;
            case 64:
                Tiles<TSimd, TFloats, TQuanta, Groups64>(first, end, worker);
                break;
            default:
                Tiles<TSimd, TFloats, TQuanta, Groups128>(first, end, worker);
                break;
        }
    }

    [MethodImpl(Hot.Loop)]
    private void Tiles<TSimd, TFloats, TQuanta, TGroup>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
        where TQuanta : struct, IQuanta
        where TGroup : struct, IGroupSize
    {
        var (groups, packedBytes) = (weight.Groups, TGroup.Elements * weight.Bits);
        var steps = scratch + worker * ScratchLength(groups);
        var buffer = steps + 2 * GroupBytes;
        var sums = (float*)(buffer + GroupBytes);
        var scales = sums + RowsAtOnce * Columns;
        var biases = scales + (long)groups * Columns;
        for (var n = first * Columns; n < Math.Min(end * Columns, weight.N); n += Columns)
        {
            var left = new WeightTile(weight, n);
            // Where there is none, the other tile's last row stands for it, and is thrown away.
            var right = new WeightTile(weight, Math.Min(n + WeightTile.Columns, weight.N - 1));
            left.TurnParameters(scales, biases, Columns);
            right.TurnParameters(scales + WeightTile.Columns, biases + WeightTile.Columns, Columns);
            if (x.Rows == 1 && weight.Bits == 4)
            {
                OneRow<TSimd, TFloats, TGroup>(left, right, scales, biases, sums);
                Finish(n, firstRow: 0, rows: 1, sums);
                continue;
            }
            for (var firstRow = 0; firstRow < x.Rows; firstRow += RowsAtOnce)
            {
                var rows = Math.Min(RowsAtOnce, x.Rows - firstRow);
                new Span<float>(sums, rows * Columns).Clear();
                for (var group = 0; group < groups; group++)
                {
                    if (firstRow == 0)
                    {
                        left.PrefetchNext(group, Columns, packedBytes);
                        right.PrefetchNext(group, Columns, packedBytes);
                    }
                    WeightTile.Unpack<TGroup>(left, right, group, steps, buffer);
                    var (index, parameters) = (x.Index(group, firstRow), (long)group * Columns);
                    new GroupProduct<TSimd, TFloats, TQuanta, TGroup>(
                        x.Quanta + index * TGroup.Elements, x.Scales + index, x.Sums + index,
                        steps, scales + parameters, biases + parameters, sums).AddRows(rows);
                }
                Finish(n, firstRow, rows, sums);
            }
        }
    }

    /// <summary>Two tiles for one row: their groups need not go through memory.</summary>
    [MethodImpl(Hot.Loop)]
    private void OneRow<TSimd, TFloats, TGroup>(WeightTile left, WeightTile right, float* scales, float* biases, float* result)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
        where TGroup : struct, IGroupSize
    {
        var (a, b) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var groups = weight.Groups;
        for (var group = 0; group < groups; group++, scales += Columns, biases += Columns)
        {
            left.PrefetchNext(group, Columns, TGroup.Elements * WeightTile.Columns / 2);
            right.PrefetchNext(group, Columns, TGroup.Elements * WeightTile.Columns / 2);
            WeightTile.DotNibbles<TSimd, TFloats, TGroup>(
                left, right, group, x.Quanta + (long)group * TGroup.Elements, out var leftDots, out var rightDots);
            var (scale, sum) = (Vector256.Create(x.Scales[group]), Vector256.Create(x.Sums[group]));
            a = Vector256.FusedMultiplyAdd(Vector256.Load(scales) * scale, Vector256.ConvertToSingle(leftDots), a);
            b = Vector256.FusedMultiplyAdd(Vector256.Load(scales + WeightTile.Columns) * scale, Vector256.ConvertToSingle(rightDots), b);
            a = Vector256.FusedMultiplyAdd(Vector256.Load(biases), sum, a);
            b = Vector256.FusedMultiplyAdd(Vector256.Load(biases + WeightTile.Columns), sum, b);
        }
        Vector256.Store(a, result);
        Vector256.Store(b, result + WeightTile.Columns);
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
}
