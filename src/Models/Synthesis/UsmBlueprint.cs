using MlxActors.Models.Gemma3n;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Synthesis;

/// <summary>The audio tower of Gemma 3n, whose dimensions are the defaults of its config.</summary>
public static class UsmBlueprint
{
    private const int Expansion = 4;

    public static Gemma3nAudioConfig Config { get; } = Gemma3nAudioConfig.Parse(ConfigNode.Parse("audio_config", "{}"u8.ToArray()));

    public static TowerBlueprint Tower { get; } = new([.. Tensors()]);

    private static IEnumerable<NamedShape> Tensors()
    {
        const string Projection = "audio_tower.subsample_conv_projection";
        var kernel = Gemma3nAudioConfig.SubsamplingKernel;
        return
        [
            new($"{Projection}.conv_0.conv.weight", new Shape(Config.FirstChannels, kernel, kernel, 1)),
            new($"{Projection}.conv_0.norm.weight", new Shape(Config.FirstChannels)),
            new($"{Projection}.conv_1.conv.weight", new Shape(Config.SecondChannels, kernel, kernel, Config.FirstChannels)),
            new($"{Projection}.conv_1.norm.weight", new Shape(Config.SecondChannels)),
            new($"{Projection}.input_proj_linear.weight", new Shape(Config.HiddenSize, Config.SubsampledSize)),
            .. Enumerable.Range(0, Config.NumHiddenLayers).SelectMany(layer => Block($"audio_tower.conformer.{layer}")),
        ];
    }

    private static IEnumerable<NamedShape> Block(string block)
    {
        var hidden = Config.HiddenSize;
        NamedShape Norm(string module) => new($"{block}.{module}.weight", new Shape(hidden));
        NamedShape Linear(string module, int outFeatures, int inFeatures) =>
            new($"{block}.{module}.weight", new Shape(outFeatures, inFeatures));
        IEnumerable<NamedShape> FeedForward(string module) =>
        [
            Norm($"{module}.pre_layer_norm"),
            Linear($"{module}.ffw_layer_1", hidden * Expansion, hidden),
            Linear($"{module}.ffw_layer_2", hidden, hidden * Expansion),
            Norm($"{module}.post_layer_norm"),
        ];
        return
        [
            .. FeedForward("ffw_layer_start"),
            Norm("attention.pre_attn_norm"),
            .. new[] { "q_proj", "k_proj", "v_proj", "relative_position_embedding.pos_proj" }
                .Select(name => Linear($"attention.attn.{name}", hidden, hidden)),
            new($"{block}.attention.attn.per_dim_scale", new Shape(Config.HeadDim)),
            Linear("attention.post", hidden, hidden),
            Norm("attention.post_norm"),
            Norm("lconv1d.pre_layer_norm"),
            Linear("lconv1d.linear_start", 2 * hidden, hidden),
            new($"{block}.lconv1d.depthwise_conv1d.weight", new Shape(hidden, Config.ConvKernelSize, 1)),
            Norm("lconv1d.conv_norm"),
            Linear("lconv1d.linear_end", hidden, hidden),
            .. FeedForward("ffw_layer_end"),
            Norm("norm"),
        ];
    }
}
