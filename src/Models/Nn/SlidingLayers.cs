using System.Collections.Immutable;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Nn;

/// <summary>Frequencies <c>theta^(−2i/D)</c>, positions divided by <paramref name="LinearFactor"/>.</summary>
public sealed record RopeConfig(double Theta, double LinearFactor)
{
    public RopeSpec Spec(int headDim) => RopeSpec.Plain(headDim, Theta, LinearFactor);
}

/// <summary>What configs say of decoders in which some layers attend to everything, and the others to a sliding window.</summary>
public static class SlidingLayers
{
    /// <summary>Per layer, whether it attends to everything before it.</summary>
    /// <param name="pattern">Every how many layers one does, for configs that do not say.</param>
    public static ImmutableArray<bool> ParseGlobal(ConfigNode text, int layers, int pattern)
    {
        if (text.Texts("layer_types", layers) is { } types)
        {
            return types.All(type => type is "full_attention" or "sliding_attention")
                ? [.. types.Select(type => type == "full_attention")]
                : throw text.Wrong("layer_types", "full_attention or sliding_attention for each layer");
        }
        var every = text.Size(text.Has("sliding_window_pattern") ? "sliding_window_pattern" : "_sliding_window_pattern", pattern);
        return [.. Enumerable.Range(1, layers).Select(layer => layer % every == 0)];
    }

    /// <summary>
    /// Newer files: <c>rope_parameters</c> by layer type. Older ones: a theta each, and one scaling for the global layers.
    /// </summary>
    public static (RopeConfig Global, RopeConfig Local) ParseRope(ConfigNode text) => (
        ParseRope(text, "full_attention", "rope_theta", 1e6, scaled: true),
        ParseRope(text, "sliding_attention", "rope_local_base_freq", 1e4, scaled: false));

    private static RopeConfig ParseRope(ConfigNode text, string layerType, string thetaKey, double theta, bool scaled)
    {
        if (text.Object("rope_parameters") is { } parameters)
        {
            var rope = parameters.RequiredObject(layerType);
            return new RopeConfig(rope.PositiveNumber("rope_theta", theta), ParseFactor(rope));
        }
        return new RopeConfig(
            text.PositiveNumber(thetaKey, theta),
            scaled && text.Object("rope_scaling") is { } scaling ? ParseFactor(scaling) : 1);
    }

    private static double ParseFactor(ConfigNode rope) => (rope.Text("rope_type") ?? rope.Text("type") ?? "default") switch
    {
        "default" => 1,
        "linear" => rope.PositiveNumber("factor"),
        _ => throw rope.Wrong(rope.Has("rope_type") ? "rope_type" : "type", "default or linear"),
    };
}
