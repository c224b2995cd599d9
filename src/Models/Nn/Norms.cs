using MlxActors.Native.Tensors;

namespace MlxActors.Models.Nn;

/// <param name="WeightOffset">Added to the weight: Gemma's files hold what is left after taking 1 away.</param>
public sealed record RmsNorm(Tensor Weight, float Eps, float WeightOffset)
{
    public Tensor Forward(IBackend b, Tensor x) => b.RmsNorm(x, Weight, Eps, WeightOffset);
}

public sealed record LayerNorm(Tensor Weight, Tensor Bias, float Eps)
{
    public Tensor Forward(IBackend b, Tensor x) => b.LayerNorm(x, Weight, Bias, Eps);
}
