using MlxActors.Native.Tensors;

namespace MlxActors.Models.Nn;

/// <summary><c>x · wᵀ + bias</c>: <c>[R, K] → [R, N]</c>; whether the weight is quantized is the weight's own affair.</summary>
public sealed record Linear(Weight Weight, Tensor? Bias)
{
    public Tensor Forward(IBackend b, Tensor x) => b.Linear(x, Weight, Bias);

    /// <summary>The part of a fused layer that gives <paramref name="count"/> of the outputs, on the same memory.</summary>
    public Linear Outputs(IBackend b, int first, int count)
    {
        Tensor Rows(Tensor tensor) => b.Slice(tensor, first, count);
        Weight weight = Weight switch
        {
            Weight.Plain plain => new Weight.Plain(Rows(plain.Values)),
            Weight.Quantized packed => packed with
            {
                Packed = Rows(packed.Packed),
                Scales = Rows(packed.Scales),
                Biases = Rows(packed.Biases),
            },
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return new Linear(weight, Bias is { } bias ? Rows(bias) : null);
    }
}
