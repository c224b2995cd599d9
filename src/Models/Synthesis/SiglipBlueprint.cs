using MlxActors.Native.Tensors;

namespace MlxActors.Models.Synthesis;

/// <summary>The tower of Gemma 3 4B with its projector: SigLIP so400m.</summary>
public static class SiglipBlueprint
{
    /// <summary>Side of the picture that the tower takes.</summary>
    public const int Side = 896;

    public const int TokensPerImage = 256;
    public const int TextHidden = 2560;

    private const int Hidden = 1152;
    private const int Intermediate = 4304;
    private const int Layers = 27;
    private const int Heads = 16;
    private const int Patch = 14;

    /// <summary>What <c>config.json</c> says of the tower.</summary>
    public static string ConfigJson { get; } = $$"""
        { "model_type": "siglip_vision_model", "hidden_size": {{Hidden}}, "intermediate_size": {{Intermediate}},
          "num_hidden_layers": {{Layers}}, "num_attention_heads": {{Heads}}, "image_size": {{Side}}, "patch_size": {{Patch}} }
        """;

    public static TowerBlueprint Tower { get; } = new([.. Tensors()]);

    private static IEnumerable<NamedShape> Tensors()
    {
        const string Model = "vision_tower.vision_model";
        const int Patches = Side / Patch * (Side / Patch);
        return
        [
            new($"{Model}.embeddings.patch_embedding.weight", new Shape(Hidden, Patch, Patch, 3)),
            new($"{Model}.embeddings.patch_embedding.bias", new Shape(Hidden)),
            new($"{Model}.embeddings.position_embedding.weight", new Shape(Patches, Hidden)),
            .. Enumerable.Range(0, Layers).SelectMany(i => Layer($"{Model}.encoder.layers.{i}")),
            .. Norm($"{Model}.post_layernorm"),
            new("multi_modal_projector.mm_soft_emb_norm.weight", new Shape(Hidden)),
            new("multi_modal_projector.mm_input_projection_weight", new Shape(Hidden, TextHidden)),
        ];
    }

    private static IEnumerable<NamedShape> Layer(string layer) =>
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

    private static IEnumerable<NamedShape> Norm(string module) => Names.LayerNorm(module, Hidden);
}
