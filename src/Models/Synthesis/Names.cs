using MlxActors.Native.Tensors;

namespace MlxActors.Models.Synthesis;

/// <summary>The tensors of common modules.</summary>
internal static class Names
{
    public static IEnumerable<NamedShape> Linear(string module, int inFeatures, int outFeatures) =>
        [new($"{module}.weight", new Shape(outFeatures, inFeatures)), new($"{module}.bias", new Shape(outFeatures))];

    public static IEnumerable<NamedShape> LayerNorm(string module, int features) =>
        [new($"{module}.weight", new Shape(features)), new($"{module}.bias", new Shape(features))];
}
