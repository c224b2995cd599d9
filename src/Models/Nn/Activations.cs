using MlxActors.Native.Tensors;

namespace MlxActors.Models.Nn;

/// <summary>The names that configs give to activations.</summary>
public static class Activations
{
    public static IReadOnlyDictionary<string, Activation> ByName { get; } = new Dictionary<string, Activation>(StringComparer.Ordinal)
    {
        ["gelu_pytorch_tanh"] = Activation.GeluTanh,
        ["gelu"] = Activation.Gelu,
        ["silu"] = Activation.Silu,
    };
}
