using MlxActors.Native.Cpu.Kernels;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu;

/// <summary>Hidden states of several planes, and operations on whole rows that go with them.</summary>
public sealed unsafe partial class CpuBackend
{
    public Tensor Columns(Tensor x, int first, int count)
    {
        Operands.OfColumns(x, first, count);
        var result = NewFloats(x.Shape.WithLast(count));
        Run(new Columns(Floats(x), Floats(result), x.Shape.Last, first, count), x.Shape.Rows, RowsPerBlock(count));
        return result;
    }

    public Tensor MixPlanes(Tensor planes, Tensor factors)
    {
        var (count, rows, width, mixed) = Operands.OfMixPlanes(planes, factors);
        var result = NewFloats(new Shape(mixed, rows, width));
        Run(
            new MixPlanes(Floats(planes), Floats(factors), Floats(result), count, mixed, rows, width),
            rows, RowsPerBlock(width * count));
        return result;
    }

    public Tensor AddToPlanes(Tensor planes, Tensor x, Tensor factors)
    {
        var (count, rows, width) = Operands.OfAddToPlanes(planes, x, factors);
        var result = NewFloats(planes.Shape);
        Run(
            new AddToPlanes(Floats(planes), Floats(x), Floats(factors), Floats(result), count, rows, width),
            rows, RowsPerBlock(width * count));
        return result;
    }

    public Tensor MatchRms(Tensor x, Tensor like, float floor)
    {
        Operands.RequireRows(nameof(MatchRms), nameof(x), x);
        Operands.RequireShape(nameof(MatchRms), nameof(like), like, x.Shape);
        var result = NewFloats(x.Shape);
        Run(new MatchRms(Floats(x), Floats(like), Floats(result), x.Shape.Last, floor), x.Shape.Rows, RowsPerBlock(x.Shape.Last));
        return result;
    }

    public Tensor Outliers(Tensor x, float deviations)
    {
        Operands.RequireRows(nameof(Outliers), nameof(x), x);
        var result = NewFloats(x.Shape);
        Run(new Outliers(Floats(x), Floats(result), x.Shape.Last, deviations), x.Shape.Rows, RowsPerBlock(x.Shape.Last));
        return result;
    }
}
