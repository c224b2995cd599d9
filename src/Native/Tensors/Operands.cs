namespace MlxActors.Native.Tensors;

/// <summary>
/// Checks on operands that every backend makes alike, and arithmetic on their shapes. Messages are made only when a check fails.
/// </summary>
internal static partial class Operands
{
    public static void RequireFloat32(string operation, string name, Tensor tensor)
    {
        if (tensor.DType != DType.Float32)
        {
            throw new TensorException(operation, $"{name} in Float32", tensor.ToString());
        }
    }

    public static void RequireFloat(string operation, string name, Tensor tensor)
    {
        if (tensor.DType is not (DType.Float16 or DType.BFloat16 or DType.Float32))
        {
            throw new TensorException(operation, $"{name} in Float16, BFloat16 or Float32", tensor.ToString());
        }
    }

    public static void RequireRank(string operation, string name, Tensor tensor, int atLeast)
    {
        if (tensor.Shape.Rank < atLeast)
        {
            throw new TensorException(operation, $"{name} of at least {atLeast} axes", tensor.ToString());
        }
    }

    /// <summary>A Float32 tensor of exactly this shape.</summary>
    public static void RequireShape(string operation, string name, Tensor tensor, Shape shape)
    {
        RequireFloat32(operation, name, tensor);
        if (tensor.Shape != shape)
        {
            throw new TensorException(operation, $"{name} of shape {shape}", tensor.ToString());
        }
    }

    /// <summary>A float tensor of one axis.</summary>
    public static void RequireVector(string operation, string name, Tensor tensor, int length)
    {
        RequireFloat(operation, name, tensor);
        if (tensor.Shape.Rank != 1 || tensor.Shape[0] != length)
        {
            throw new TensorException(operation, $"{name} of shape ({length})", tensor.ToString());
        }
    }

    /// <summary>A Float32 tensor with at least one axis.</summary>
    public static void RequireRows(string operation, string name, Tensor tensor)
    {
        RequireFloat32(operation, name, tensor);
        RequireRank(operation, name, tensor, atLeast: 1);
    }

    public static long RowLength(Shape shape)
    {
        long length = 1;
        for (var axis = 1; axis < shape.Rank; axis++)
        {
            length *= shape[axis];
        }
        return length;
    }

    public static Shape WithFirst(Shape shape, int first)
    {
        Span<int> dimensions = stackalloc int[Shape.MaxRank];
        shape.CopyTo(dimensions);
        dimensions[0] = first;
        return new Shape(dimensions[..shape.Rank]);
    }

    /// <summary>Number of blocks that cover a length.</summary>
    public static int Blocks(long length, int block) => checked((int)((length + block - 1) / block));
}
