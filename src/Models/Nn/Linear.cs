using MlxActors.Native.Tensors;

namespace MlxActors.Models.Nn;

/// <summary><c>x · wᵀ + bias</c>: <c>[R, K] → [R, N]</c>; whether the weight is quantized is the weight's own affair.</summary>
public sealed record Linear(Weight Weight, Tensor? Bias)
{
    public Tensor Forward(IBackend b, Tensor x) => b.Linear(x, Weight, Bias);
}
