using MlxActors.Native.Mlx.Interop;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Mlx;

/// <summary>Products with weights.</summary>
public sealed partial class MlxBackend
{
    /// <summary>
    /// From so many rows on, widening a plain half-precision weight costs little beside the product, and is done each time; below, the
    /// wide copy is kept.
    /// </summary>
    private const int ManyRows = 64;

    public Tensor Linear(Tensor x, Weight weight, Tensor? bias = null)
    {
        Operands.OfLinear(x, weight, bias);
        var shape = x.Shape.WithLast(weight.Shape[0]);
        if (shape.Count == 0)
        {
            return Nothing(shape);
        }
        var rows = Of(x, new Shape(x.Shape.Rows, x.Shape.Last));
        var product = weight switch
        {
            Weight.Plain(var values) => Product(rows, values, x.Shape.Rows, bias),
            Weight.Quantized packed => Product(rows, packed, bias),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return Result(_graph.Reshape(product, shape), shape);
    }

    public Tensor MatMul(Tensor x, Tensor w)
    {
        Operands.OfMatMul(x, w);
        var shape = x.Shape.WithLast(w.Shape[1]);
        if (shape.Count == 0)
        {
            return Nothing(shape);
        }
        var product = _graph.MatMul(Of(x, new Shape(x.Shape.Rows, x.Shape.Last)), WideFor(x.Shape.Rows, w));
        return Result(_graph.Reshape(product, shape), shape);
    }

    public Tensor Embed(ReadOnlySpan<int> ids, Weight table)
    {
        Operands.OfEmbed(ids, table);
        var shape = new Shape(ids.Length, table.Shape[1]);
        if (shape.Count == 0)
        {
            return Nothing(shape);
        }
        return Result(RowsOf(table, Integers(ids)), shape);
    }

    private MlxArray RowsOf(Weight table, MlxArray rows) => table switch
    {
        Weight.Plain(var values) => RowsOf(values, rows),
        // Only the rows named are unpacked.
        Weight.Quantized packed => _graph.Dequantize(
            _graph.Take(Of(packed.Packed), rows), RowsOf(packed.Scales, rows), RowsOf(packed.Biases, rows), packed.GroupSize, packed.Bits),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private MlxArray RowsOf(Tensor values, MlxArray rows) => _graph.As(_graph.Take(Of(values), rows), MlxDType.Float32);

    private MlxArray Product(MlxArray x, Tensor values, int rows, Tensor? bias)
    {
        var turned = _graph.Transpose(WideFor(rows, values), 1, 0);
        return bias is { } addend ? _graph.MultiplyAdd(x, turned, Wide(addend)) : _graph.MatMul(x, turned);
    }

    private MlxArray Product(MlxArray x, Weight.Quantized weight, Tensor? bias)
    {
        // Scales of half precision would be widened at every call, because x is Float32.
        var product = _graph.QuantizedMatMul(
            x, Of(weight.Packed), Wide(weight.Scales), Wide(weight.Biases), weight.GroupSize, weight.Bits);
        return bias is { } addend ? _graph.Add(product, Wide(addend)) : product;
    }

    private MlxArray WideFor(int rows, Tensor weight) => rows < ManyRows || StorageOf(weight).Has(ArrayForm.Wide, weight, 0)
        ? Wide(weight)
        : _graph.As(Of(weight), MlxDType.Float32);
}
