using MlxActors.Native.Tensors;

namespace MlxActors.Benchmarks.Encode;

/// <summary>The tensors of common modules.</summary>
internal static class Names
{
    public static IEnumerable<(string Name, Shape Shape)> Linear(string module, int inFeatures, int outFeatures) =>
        [($"{module}.weight", new Shape(outFeatures, inFeatures)), ($"{module}.bias", new Shape(outFeatures))];

    public static IEnumerable<(string Name, Shape Shape)> LayerNorm(string module, int features) =>
        [($"{module}.weight", new Shape(features)), ($"{module}.bias", new Shape(features))];
}
