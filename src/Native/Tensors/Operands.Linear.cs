namespace MlxActors.Native.Tensors;

/// <summary>Products with weights.</summary>
internal static partial class Operands
{
    public static void OfLinear(Tensor x, Weight weight, Tensor? bias)
    {
        const string Operation = nameof(IBackend.Linear);
        RequireRows(Operation, nameof(x), x);
        RequireWeight(Operation, weight);
        if (x.Shape.Last != weight.Shape[1])
        {
            throw new TensorException(Operation, $"x of {weight.Shape[1]} features for a weight {weight.Shape}", x.ToString());
        }
        if (bias is { } vector)
        {
            RequireVector(Operation, nameof(bias), vector, weight.Shape[0]);
        }
    }

    public static void OfMatMul(Tensor x, Tensor w)
    {
        const string Operation = nameof(IBackend.MatMul);
        RequireRows(Operation, nameof(x), x);
        RequireFloat(Operation, nameof(w), w);
        if (w.Shape.Rank != 2 || w.Shape[0] != x.Shape.Last)
        {
            throw new TensorException(Operation, $"w of shape ({x.Shape.Last}, N)", w.ToString());
        }
    }

    public static void OfEmbed(ReadOnlySpan<int> ids, Weight table)
    {
        const string Operation = nameof(IBackend.Embed);
        RequireWeight(Operation, table);
        foreach (var id in ids)
        {
            if ((uint)id >= (uint)table.Shape[0])
            {
                throw new TensorException(Operation, $"ids below {table.Shape[0]}", $"{id}");
            }
        }
    }

    /// <summary>A matrix, plain or packed as <see cref="Weight.Quantized"/> says.</summary>
    public static void RequireWeight(string operation, Weight weight)
    {
        switch (weight)
        {
            case Weight.Plain(var values):
                RequireFloat(operation, nameof(weight), values);
                if (values.Shape.Rank != 2)
                {
                    throw new TensorException(operation, "weight of shape (N, K)", values.ToString());
                }
                break;
            case Weight.Quantized quantized:
                RequirePacking(operation, quantized);
                break;
        }
    }

    private static void RequirePacking(string operation, Weight.Quantized quantized)
    {
        var (packed, scales, biases, group, bits) = quantized;
        if (bits is not (2 or 3 or 4 or 5 or 6 or 8) || group is not (32 or 64 or 128))
        {
            throw new TensorException(
                operation, "2, 3, 4, 5, 6 or 8 bits in groups of 32, 64 or 128", $"{bits} bits in groups of {group}");
        }
        RequireFloat(operation, nameof(scales), scales);
        if (scales.Shape.Rank != 2)
        {
            throw new TensorException(operation, "scales of shape (N, K / group size)", scales.ToString());
        }
        if (biases.Shape != scales.Shape || biases.DType != scales.DType)
        {
            throw new TensorException(operation, $"biases like the scales {scales}", biases.ToString());
        }
        var (n, k) = (scales.Shape[0], checked(scales.Shape[1] * group));
        var words = k / 32 * bits;
        if (packed.DType != DType.UInt32 || packed.Shape != new Shape(n, words))
        {
            throw new TensorException(operation, $"packed weights UInt32({n}, {words}) for scales {scales}", packed.ToString());
        }
    }
}
