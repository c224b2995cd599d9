using System.Text;
using MlxActors.Models;
using MlxActors.Models.Gemma3;
using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Benchmarks.Encode;

/// <summary>The tower of Gemma 3 4B with its projector: SigLIP so400m.</summary>
internal static class Siglip
{
    private const int Hidden = 1152;
    private const int Intermediate = 4304;
    private const int Layers = 27;
    private const int Heads = 16;
    private const int Side = 896;
    private const int Patch = 14;
    private const int TokensPerImage = 256;
    private const int TextHidden = 2560;

    /// <summary>What <c>config.json</c> says of the tower.</summary>
    public static string ConfigJson { get; } = $$"""
        { "model_type": "siglip_vision_model", "hidden_size": {{Hidden}}, "intermediate_size": {{Intermediate}},
          "num_hidden_layers": {{Layers}}, "num_attention_heads": {{Heads}}, "image_size": {{Side}}, "patch_size": {{Patch}} }
        """;

    public static Tower Tower { get; } = new($"{Side} × {Side}, 4096 patches", Tensors(), Open);

    private static IEnumerable<(string Name, Shape Shape)> Tensors()
    {
        const string Model = "vision_tower.vision_model";
        const int Patches = Side / Patch * (Side / Patch);
        return
        [
            ($"{Model}.embeddings.patch_embedding.weight", new Shape(Hidden, Patch, Patch, 3)),
            ($"{Model}.embeddings.patch_embedding.bias", new Shape(Hidden)),
            ($"{Model}.embeddings.position_embedding.weight", new Shape(Patches, Hidden)),
            .. Enumerable.Range(0, Layers).SelectMany(i => Layer($"{Model}.encoder.layers.{i}")),
            .. Norm($"{Model}.post_layernorm"),
            ("multi_modal_projector.mm_soft_emb_norm.weight", new Shape(Hidden)),
            ("multi_modal_projector.mm_input_projection_weight", new Shape(Hidden, TextHidden)),
        ];
    }

    private static IEnumerable<(string Name, Shape Shape)> Layer(string layer) =>
    [
        .. Norm($"{layer}.layer_norm1"),
        .. Names.Linear($"{layer}.self_attn.q_proj", Hidden, Hidden),
        .. Names.Linear($"{layer}.self_attn.k_proj", Hidden, Hidden),
        .. Names.Linear($"{layer}.self_attn.v_proj", Hidden, Hidden),
        .. Names.Linear($"{layer}.self_attn.out_proj", Hidden, Hidden),
        .. Norm($"{layer}.layer_norm2"),
        .. Names.Linear($"{layer}.mlp.fc1", Hidden, Intermediate),
        .. Names.Linear($"{layer}.mlp.fc2", Intermediate, Hidden),
    ];

    private static IEnumerable<(string Name, Shape Shape)> Norm(string module) => Names.LayerNorm(module, Hidden);

    private static Action<Trace?> Open(WeightSource source)
    {
        var config = Gemma3VisionConfig.Parse(ConfigNode.Parse("vision_config", Encoding.UTF8.GetBytes(ConfigJson)), TokensPerImage);
        var tower = Gemma3Vision.Load(WeightMap.Root(source), config, TextHidden);
        var picture = new PixelValues(Encode.Tower.Pixels(3 * Side * Side), 3, Side, Side);
        return trace => tower.Forward(source.Backend, picture, trace).Dispose();
    }
}
