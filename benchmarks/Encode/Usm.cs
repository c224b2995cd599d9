using MlxActors.Models;
using MlxActors.Models.Gemma3n;
using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Benchmarks.Encode;

/// <summary>The audio tower of Gemma 3n, whose dimensions are the defaults of its config.</summary>
internal static class Usm
{
    private const int Frames = 2997;
    private const int Expansion = 4;

    private static readonly Gemma3nAudioConfig Config = Gemma3nAudioConfig.Parse(ConfigNode.Parse("audio_config", "{}"u8.ToArray()));

    public static Tower Tower { get; } = new("30 seconds, 188 tokens", Tensors(), Open);

    private static IEnumerable<(string Name, Shape Shape)> Tensors()
    {
        const string Projection = "audio_tower.subsample_conv_projection";
        var kernel = Gemma3nAudioConfig.SubsamplingKernel;
        return
        [
            ($"{Projection}.conv_0.conv.weight", new Shape(Config.FirstChannels, kernel, kernel, 1)),
            ($"{Projection}.conv_0.norm.weight", new Shape(Config.FirstChannels)),
            ($"{Projection}.conv_1.conv.weight", new Shape(Config.SecondChannels, kernel, kernel, Config.FirstChannels)),
            ($"{Projection}.conv_1.norm.weight", new Shape(Config.SecondChannels)),
            ($"{Projection}.input_proj_linear.weight", new Shape(Config.HiddenSize, Config.SubsampledSize)),
            .. Enumerable.Range(0, Config.NumHiddenLayers).SelectMany(layer => Block($"audio_tower.conformer.{layer}")),
        ];
    }

    private static IEnumerable<(string Name, Shape Shape)> Block(string block)
    {
        var hidden = Config.HiddenSize;
        (string, Shape) Norm(string module) => ($"{block}.{module}.weight", new Shape(hidden));
        (string, Shape) Linear(string module, int outFeatures, int inFeatures) =>
            ($"{block}.{module}.weight", new Shape(outFeatures, inFeatures));
        IEnumerable<(string, Shape)> FeedForward(string module) =>
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
            ($"{block}.attention.attn.per_dim_scale", new Shape(Config.HeadDim)),
            Linear("attention.post", hidden, hidden),
            Norm("attention.post_norm"),
            Norm("lconv1d.pre_layer_norm"),
            Linear("lconv1d.linear_start", 2 * hidden, hidden),
            ($"{block}.lconv1d.depthwise_conv1d.weight", new Shape(hidden, Config.ConvKernelSize, 1)),
            Norm("lconv1d.conv_norm"),
            Linear("lconv1d.linear_end", hidden, hidden),
            .. FeedForward("ffw_layer_end"),
            Norm("norm"),
        ];
    }

    private static Action<Trace?> Open(WeightSource source)
    {
        var tower = Gemma3nAudio.Load(WeightMap.Root(source) / "audio_tower", Config);
        var clip = new MelFrames(Encode.Tower.Pixels(Frames * Config.Bins), Frames, Config.Bins, RealFrames: Frames);
        return trace =>
        {
            using var scope = source.Backend.BeginScope();
            source.Backend.View(tower.Forward(source.Backend, clip, trace).Values);
        };
    }
}
