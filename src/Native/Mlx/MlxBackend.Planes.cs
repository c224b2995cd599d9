using MlxActors.Native.Tensors;

namespace MlxActors.Native.Mlx;

/// <summary>Hidden states of several planes, and operations on whole rows that go with them.</summary>
public sealed partial class MlxBackend
{
    public Tensor Columns(Tensor x, int first, int count)
    {
        Operands.OfColumns(x, first, count);
        var shape = x.Shape.WithLast(count);
        var (rows, width) = (x.Shape.Rows, x.Shape.Last);
        return Result(_graph.Reshape(_graph.Slice(Of(x, new Shape(rows, width)), [0, first], [rows, first + count]), shape), shape);
    }

    public Tensor MixPlanes(Tensor planes, Tensor factors)
    {
        var (count, rows, width, mixed) = Operands.OfMixPlanes(planes, factors);
        var shape = new Shape(mixed, rows, width);
        if (shape.Count == 0)
        {
            return Nothing(shape);
        }
        var sums = _graph.MatMul(Of(factors, new Shape(rows, mixed, count)), _graph.Transpose(Of(planes), 1, 0, 2));
        return Result(_graph.Transpose(sums, 1, 0, 2), shape);
    }

    public Tensor AddToPlanes(Tensor planes, Tensor x, Tensor factors)
    {
        var (count, rows, width) = Operands.OfAddToPlanes(planes, x, factors);
        var byPlane = _graph.Reshape(_graph.Transpose(Of(factors), 1, 0), count, rows, 1);
        return Result(_graph.Add(Of(planes), _graph.Multiply(Of(x, new Shape(1, rows, width)), byPlane)), planes.Shape);
    }

    public Tensor MatchRms(Tensor x, Tensor like, float floor)
    {
        Operands.RequireRows(nameof(MatchRms), nameof(x), x);
        Operands.RequireShape(nameof(MatchRms), nameof(like), like, x.Shape);
        var target = _graph.Sqrt(_graph.Mean(_graph.Square(Of(like))));
        var own = _graph.Maximum(_graph.Mean(_graph.Square(Of(x))), _graph.Number(floor));
        return Result(_graph.Multiply(Of(x), _graph.Multiply(target, _graph.Rsqrt(own))), x.Shape);
    }

    public Tensor Outliers(Tensor x, float deviations)
    {
        Operands.RequireRows(nameof(Outliers), nameof(x), x);
        var centred = _graph.Subtract(Of(x), _graph.Mean(Of(x)));
        var cutoff = _graph.Multiply(_graph.Sqrt(_graph.Mean(_graph.Square(centred))), deviations);
        return Result(_graph.Maximum(_graph.Subtract(centred, cutoff), _graph.Number(0)), x.Shape);
    }
}
