namespace MlxActors.Native.Tensors;

/// <summary>Convolutions, planes and clips.</summary>
internal static partial class Operands
{
    /// <returns>Height and width of the result.</returns>
    public static (int Height, int Width) OfConvolution(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry geometry)
    {
        const string Operation = nameof(IBackend.Convolution);
        var result = OutputOf(Operation, x, weight, geometry);
        if (weight.Shape[3] != x.Shape[2])
        {
            throw new TensorException(Operation, $"weight of shape (N, kh, kw, {x.Shape[2]})", weight.ToString());
        }
        if (bias is { } vector)
        {
            RequireVector(Operation, nameof(bias), vector, weight.Shape[0]);
        }
        return result;
    }

    /// <returns>Height and width of the result.</returns>
    public static (int Height, int Width) OfDepthwiseConvolution(Tensor x, Tensor weight, ConvolutionGeometry geometry)
    {
        const string Operation = nameof(IBackend.DepthwiseConvolution);
        var result = OutputOf(Operation, x, weight, geometry);
        return weight.Shape[0] == x.Shape[2] && weight.Shape[3] == 1
            ? result
            : throw new TensorException(Operation, $"weight of shape ({x.Shape[2]}, kh, kw, 1)", weight.ToString());
    }

    public static void OfConcatenate(Tensor a, Tensor b)
    {
        const string Operation = nameof(IBackend.Concatenate);
        RequireRows(Operation, nameof(a), a);
        RequireRows(Operation, nameof(b), b);
        if (b.Shape != a.Shape.WithLast(b.Shape.Last))
        {
            throw new TensorException(Operation, $"b of the outer axes of a {a.Shape}", b.ToString());
        }
    }

    public static void OfAveragePool(Tensor x, int kernel)
    {
        const string Operation = nameof(IBackend.AveragePool);
        RequireFloat32(Operation, nameof(x), x);
        if (x.Shape.Rank != 3 || x.Shape[0] != x.Shape[1] || kernel < 1 || x.Shape[0] % kernel != 0)
        {
            throw new TensorException(Operation, $"x of shape (side, side, C), side divisible by {kernel}", x.ToString());
        }
    }

    public static void OfCumulativeNorm(Tensor x, Tensor weight)
    {
        const string Operation = nameof(IBackend.CumulativeNorm);
        RequireFloat32(Operation, nameof(x), x);
        RequireRank(Operation, nameof(x), x, atLeast: 2);
        RequireVector(Operation, nameof(weight), weight, x.Shape.Last);
    }

    public static void OfLocalAttention(Tensor q, Tensor k, Tensor v, Tensor positions, int before, int keys, float softcap)
    {
        const string Operation = nameof(IBackend.LocalAttention);
        RequireFloat32(Operation, nameof(q), q);
        RequireRank(Operation, nameof(positions), positions, atLeast: 1);
        if (q.Shape.Rank != 3)
        {
            throw new TensorException(Operation, "q of shape (R, H, D)", q.ToString());
        }
        RequireShape(Operation, nameof(k), k, q.Shape);
        RequireShape(Operation, nameof(v), v, q.Shape);
        RequireShape(Operation, nameof(positions), positions, WithFirst(q.Shape, positions.Shape[0]));
        if (before < 0 || before >= positions.Shape[0])
        {
            throw new TensorException(Operation, $"a look back below {positions.Shape[0]}", $"{before}");
        }
        if (keys < 0 || keys > q.Shape[0] || !(softcap > 0))
        {
            throw new TensorException(Operation, $"at most {q.Shape[0]} keys and a softcap above 0", $"{keys} keys and {softcap}");
        }
    }

    public static void OfColumns(Tensor x, int first, int count)
    {
        const string Operation = nameof(IBackend.Columns);
        RequireRows(Operation, nameof(x), x);
        if (first < 0 || count < 0 || first > x.Shape.Last - count)
        {
            throw new TensorException(Operation, $"columns within {x}", $"[{first}, {first + count})");
        }
    }

    /// <returns>P, R and K of the planes, and Q.</returns>
    public static (int Planes, int Rows, int Width, int Mixed) OfMixPlanes(Tensor planes, Tensor factors)
    {
        const string Operation = nameof(IBackend.MixPlanes);
        var (count, rows, width) = RequirePlanes(Operation, planes);
        RequireFloat32(Operation, nameof(factors), factors);
        return count > 0 && factors.Shape.Rank == 2 && factors.Shape[0] == rows && factors.Shape[1] % count == 0
            ? (count, rows, width, factors.Shape[1] / count)
            : throw new TensorException(Operation, $"factors of shape ({rows}, Q · {count})", factors.ToString());
    }

    /// <returns>P, R and K of the planes.</returns>
    public static (int Planes, int Rows, int Width) OfAddToPlanes(Tensor planes, Tensor x, Tensor factors)
    {
        const string Operation = nameof(IBackend.AddToPlanes);
        var (count, rows, width) = RequirePlanes(Operation, planes);
        RequireShape(Operation, nameof(x), x, new Shape(rows, width));
        RequireShape(Operation, nameof(factors), factors, new Shape(rows, count));
        return (count, rows, width);
    }

    private static (int Planes, int Rows, int Width) RequirePlanes(string operation, Tensor planes)
    {
        RequireFloat32(operation, nameof(planes), planes);
        return planes.Shape.Rank == 3
            ? (planes.Shape[0], planes.Shape[1], planes.Shape[2])
            : throw new TensorException(operation, "planes of shape (P, R, K)", planes.ToString());
    }

    private static (int Height, int Width) OutputOf(string operation, Tensor x, Tensor weight, ConvolutionGeometry geometry)
    {
        RequireFloat32(operation, nameof(x), x);
        RequireFloat(operation, nameof(weight), weight);
        if (x.Shape.Rank != 3)
        {
            throw new TensorException(operation, "x of shape (H, W, C)", x.ToString());
        }
        if (weight.Shape.Rank != 4 || weight.Shape.Count == 0)
        {
            throw new TensorException(operation, "weight of shape (N, kh, kw, C)", weight.ToString());
        }
        var (stride, top, bottom, left, right) = geometry;
        if (stride < 1 || Math.Min(Math.Min(top, bottom), Math.Min(left, right)) < 0)
        {
            throw new TensorException(operation, "a stride above 0 and no negative padding", geometry.ToString());
        }
        var (height, width) = (x.Shape[0] + top + bottom - weight.Shape[1], x.Shape[1] + left + right - weight.Shape[2]);
        return height >= 0 && width >= 0
            ? (height / stride + 1, width / stride + 1)
            : throw new TensorException(
                operation, $"a padded map that a window of {weight.Shape[1]} x {weight.Shape[2]} fits on", x.ToString());
    }
}
