using MlxActors.Native.Cpu.Kernels;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu;

/// <summary>Hidden states of several planes, and operations on whole rows that go with them.</summary>
public sealed unsafe partial class CpuBackend
{
    public Tensor Columns(Tensor x, int first, int count)
    {
        Operands.RequireRows(nameof(Columns), nameof(x), x);
        if (first < 0 || count < 0 || first > x.Shape.Last - count)
        {
            throw new TensorException(nameof(Columns), $"columns within {x}", $"[{first}, {first + count})");
        }
        var result = NewFloats(x.Shape.WithLast(count));
        Run(new Columns(Floats(x), Floats(result), x.Shape.Last, first, count), x.Shape.Rows, RowsPerBlock(count));
        return result;
    }

    public Tensor MixPlanes(Tensor planes, Tensor factors)
    {
        var (count, rows, width) = RequirePlanes(nameof(MixPlanes), planes);
        Operands.RequireFloat32(nameof(MixPlanes), nameof(factors), factors);
        if (count == 0 || factors.Shape.Rank != 2 || factors.Shape[0] != rows || factors.Shape[1] % count != 0)
        {
            throw new TensorException(nameof(MixPlanes), $"factors of shape ({rows}, Q · {count})", factors.ToString());
        }
        var mixed = factors.Shape[1] / count;
        var result = NewFloats(new Shape(mixed, rows, width));
        Run(
            new MixPlanes(Floats(planes), Floats(factors), Floats(result), count, mixed, rows, width),
            rows, RowsPerBlock(width * count));
        return result;
    }

    public Tensor AddToPlanes(Tensor planes, Tensor x, Tensor factors)
    {
        var (count, rows, width) = RequirePlanes(nameof(AddToPlanes), planes);
        Operands.RequireShape(nameof(AddToPlanes), nameof(x), x, new Shape(rows, width));
        Operands.RequireShape(nameof(AddToPlanes), nameof(factors), factors, new Shape(rows, count));
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

    private static (int Planes, int Rows, int Width) RequirePlanes(string operation, Tensor planes)
    {
        Operands.RequireFloat32(operation, nameof(planes), planes);
        return planes.Shape.Rank == 3
            ? (planes.Shape[0], planes.Shape[1], planes.Shape[2])
            : throw new TensorException(operation, "planes of shape (P, R, K)", planes.ToString());
    }
}
