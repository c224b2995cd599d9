namespace MlxActors.Native.Tensors;

/// <summary>A matrix of a checkpoint, <c>[N, K]</c> (out features, in features), as it lies in the file.</summary>
public abstract record Weight
{
    private Weight()
    {
    }

    /// <summary>The logical shape <c>[N, K]</c>, whatever the packing.</summary>
    public abstract Shape Shape { get; }

    /// <summary>Float16, BFloat16 or Float32 numbers.</summary>
    public sealed record Plain(Tensor Values) : Weight
    {
        public override Shape Shape => Values.Shape;
    }

    /// <summary>
    /// MLX's affine quantization: <c>w = scale · q + bias</c> per group of <paramref name="GroupSize"/> along K, the q of
    /// <paramref name="Bits"/> bits packed little-endian into uint32.
    /// </summary>
    /// <param name="Packed">UInt32 <c>[N, K · Bits / 32]</c>.</param>
    /// <param name="Scales">Float16, BFloat16 or Float32 <c>[N, K / GroupSize]</c>.</param>
    /// <param name="Biases">As <paramref name="Scales"/>.</param>
    /// <param name="GroupSize">32, 64 or 128.</param>
    /// <param name="Bits">2, 3, 4, 5, 6 or 8.</param>
    public sealed record Quantized(Tensor Packed, Tensor Scales, Tensor Biases, int GroupSize, int Bits) : Weight
    {
        public override Shape Shape => new(Scales.Shape[0], checked(Scales.Shape[1] * GroupSize));
    }
}
