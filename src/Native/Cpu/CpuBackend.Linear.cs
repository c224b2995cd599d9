using MlxActors.Native.Cpu.Kernels;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu;

/// <summary>Products with weights.</summary>
public sealed unsafe partial class CpuBackend
{
    /// <summary>Floats of a weight that are laid out at a time for products with many rows: 32 MB.</summary>
    private const int PanelFloats = 8 << 20;

    public Tensor Linear(Tensor x, Weight weight, Tensor? bias = null)
    {
        Operands.OfLinear(x, weight, bias);
        var matrix = WeightMatrix(nameof(Linear), weight);
        var result = NewFloats(x.Shape.WithLast(matrix.N));
        using var scope = BeginScope();
        var addend = bias is { } b ? AnyFloats(b) : null;
        if (_options.Mode == CpuMode.Fast && matrix.Bits != 0)
        {
            LinearFast(Floats(x), x.Shape.Rows, matrix, addend, Floats(result));
        }
        else
        {
            LinearExact(Floats(x), x.Shape.Rows, matrix, addend, Floats(result));
        }
        return result;
    }

    public Tensor MatMul(Tensor x, Tensor w)
    {
        Operands.OfMatMul(x, w);
        var n = w.Shape[1];
        var result = NewFloats(x.Shape.WithLast(n));
        using var scope = BeginScope();
        var columns = Operands.Blocks(n, Kernels.MatMul.Columns);
        var scratch = Scratch<float>(_pool.Count * Kernels.MatMul.ScratchLength(x.Shape.Last));
        Run(new MatMul(Floats(x), AnyFloats(w), Floats(result), x.Shape.Rows, x.Shape.Last, n, scratch), columns, block: 1);
        return result;
    }

    public Tensor Embed(ReadOnlySpan<int> ids, Weight table)
    {
        Operands.OfEmbed(ids, table);
        var matrix = WeightMatrix(nameof(Embed), table);
        var result = NewFloats(new Shape(ids.Length, matrix.K));
        using var scope = BeginScope();
        var rows = Scratch<int>(ids.Length);
        ids.CopyTo(new Span<int>(rows, ids.Length));
        Run(new Embed(matrix, rows, Floats(result)), ids.Length, RowsPerBlock(matrix.K));
        return result;
    }

    private void LinearExact(float* x, int rows, WeightMatrix matrix, float* bias, float* y)
    {
        if (MultiplyPanels.Pays(rows, matrix.K))
        {
            LinearOfManyRows(x, rows, matrix, bias, y);
            return;
        }
        var scratch = Scratch<float>(_pool.Count * LinearExactKernel.ScratchLength(matrix.K));
        var tiles = Operands.Blocks(matrix.N, LinearExactKernel.Columns);
        Run(new LinearExactKernel(x, rows, matrix, bias, y, scratch), tiles, BlocksOf(tiles));
    }

    private void LinearOfManyRows(float* x, int rows, WeightMatrix matrix, float* bias, float* y)
    {
        var (n, k) = (matrix.N, matrix.K);
        var columnsAtOnce = Math.Clamp(PanelFloats / k / Panel.Columns * Panel.Columns, Panel.Columns, Math.Max(n, Panel.Columns));
        var panels = Scratch<float>(TurnPanels.Length(columnsAtOnce, k));
        var scratch = Scratch<byte>(_pool.Count * TurnPanels.ScratchLength(k));
        var rowsOfBlock = MultiplyPanels.RowsOfBlock(rows, k, _pool.Count);
        for (var first = 0; first < n; first += columnsAtOnce)
        {
            var columns = Math.Min(columnsAtOnce, n - first);
            Run(new TurnPanels(matrix, first, panels, scratch), Operands.Blocks(columns, Panel.Columns), block: 1);
            Run(
                new MultiplyPanels(x, rows, k, panels, first, columns, bias, y, n, rowsOfBlock),
                Operands.Blocks(rows, rowsOfBlock), block: 1);
        }
    }

    private void LinearFast(float* x, int rows, WeightMatrix matrix, float* bias, float* y)
    {
        var groups = (long)matrix.Groups * rows;
        var quantized = new QuantizedRows
        {
            Rows = rows,
            K = matrix.K,
            GroupSize = matrix.GroupSize,
            EvenOdd = matrix.Bits == 4,
            Quanta = Scratch<sbyte>((long)matrix.K * rows),
            Scales = Scratch<float>(groups),
            Sums = Scratch<float>(groups),
        };
        Run(new QuantizeRows(x, quantized), rows, block: 1);
        var scratch = Scratch<byte>(_pool.Count * LinearFastKernel.ScratchLength(matrix.Groups));
        var tiles = Operands.Blocks(matrix.N, LinearFastKernel.Columns);
        Run(new LinearFastKernel(quantized, matrix, bias, y, scratch), tiles, BlocksOf(tiles));
    }

    /// <summary>Items a thread takes at a time, so that each thread comes about eight times.</summary>
    private int BlocksOf(int items) => Math.Max(1, items / (_pool.Count * 8));

    private static WeightMatrix WeightMatrix(string operation, Weight weight) => weight switch
    {
        Weight.Plain plain => PlainMatrix(operation, plain),
        Weight.Quantized quantized => QuantizedMatrix(operation, quantized),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static WeightMatrix PlainMatrix(string operation, Weight.Plain plain)
    {
        var values = plain.Values;
        var (n, k) = (values.Shape[0], values.Shape[1]);
        return new WeightMatrix
        {
            N = n,
            K = k,
            Bits = 0,
            GroupSize = 0,
            Parameters = values.DType,
            RowBytes = (long)k * values.DType.Size(),
            Packed = Start(operation, values),
        };
    }

    private static WeightMatrix QuantizedMatrix(string operation, Weight.Quantized quantized)
    {
        var (packed, scales, biases, group, bits) = quantized;
        var (n, groups) = (scales.Shape[0], scales.Shape[1]);
        var k = checked(groups * group);
        return new WeightMatrix
        {
            N = n,
            K = k,
            Bits = bits,
            GroupSize = group,
            Parameters = scales.DType,
            RowBytes = (long)k / 32 * bits * sizeof(uint),
            Packed = Start(operation, packed),
            Scales = Start(operation, scales),
            Biases = Start(operation, biases),
        };
    }
}
