using MlxActors.Native.Checkpoints;

namespace MlxActors.Native.Tensors;

/// <summary>Shapes and elementwise operations.</summary>
internal static partial class Operands
{
    public static void OfImport(CheckpointTensor tensor)
    {
        if (tensor.Offset < 0 || tensor.Offset > tensor.File.Length - tensor.Length)
        {
            throw new TensorException(
                nameof(IBackend.Import), $"{tensor.Name} within the {tensor.File.Length} bytes of the file",
                $"{tensor.Offset} + {tensor.Length}");
        }
    }

    public static void OfFromFloats(ReadOnlySpan<float> values, Shape shape)
    {
        if (values.Length != shape.Count)
        {
            throw new TensorException(nameof(IBackend.FromFloats), $"{shape.Count} numbers for {shape}", $"{values.Length}");
        }
    }

    public static Tensor Reshaped(Tensor tensor, Shape shape) => tensor.Shape.Count == shape.Count
        ? tensor with { Shape = shape }
        : throw new TensorException(
            nameof(IBackend.Reshape), $"a shape of {tensor.Shape.Count} elements for {tensor}", shape.ToString());

    public static Tensor Sliced(Tensor tensor, int first, int count)
    {
        if (tensor.Shape.Rank == 0 || first < 0 || count < 0 || first > tensor.Shape[0] - count)
        {
            throw new TensorException(nameof(IBackend.Slice), $"rows within {tensor}", $"[{first}, {first + count})");
        }
        var row = RowLength(tensor.Shape) * tensor.DType.Size();
        return tensor with { Offset = tensor.Offset + first * row, Shape = WithFirst(tensor.Shape, count) };
    }

    public static void OfGather(Tensor tensor, ReadOnlySpan<int> rows)
    {
        RequireRank(nameof(IBackend.Gather), nameof(tensor), tensor, atLeast: 1);
        foreach (var row in rows)
        {
            if ((uint)row >= (uint)tensor.Shape[0])
            {
                throw new TensorException(nameof(IBackend.Gather), $"rows within {tensor}", $"{row}");
            }
        }
    }

    public static void OfReplaceRows(Tensor tensor, int first, Tensor rows)
    {
        const string Operation = nameof(IBackend.ReplaceRows);
        RequireRank(Operation, nameof(tensor), tensor, atLeast: 1);
        RequireRank(Operation, nameof(rows), rows, atLeast: 1);
        if (rows.DType != tensor.DType || WithFirst(rows.Shape, tensor.Shape[0]) != tensor.Shape)
        {
            throw new TensorException(Operation, $"rows like those of {tensor}", rows.ToString());
        }
        if (first < 0 || first > tensor.Shape[0] - rows.Shape[0])
        {
            throw new TensorException(Operation, $"rows within {tensor}", $"[{first}, {first + rows.Shape[0]})");
        }
    }

    /// <summary>What <see cref="IBackend.Add"/> and <see cref="IBackend.Multiply"/> take.</summary>
    public static void RequireRepeating(string operation, Tensor a, Tensor b)
    {
        RequireFloat32(operation, nameof(a), a);
        RequireFloat(operation, nameof(b), b);
        var repeats = a.Shape.Rank >= b.Shape.Rank;
        for (var axis = 1; repeats && axis <= b.Shape.Rank; axis++)
        {
            repeats = a.Shape[-axis] == b.Shape[-axis];
        }
        if (!repeats)
        {
            throw new TensorException(operation, $"b of the shape of a {a.Shape}, or of its inner axes", b.ToString());
        }
    }
}
