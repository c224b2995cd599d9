using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Synthesis;

/// <summary>
/// A Gemma 3n checkpoint with both towers as mlx-vlm converts it: names, shapes and config of the real model, random weights.
/// </summary>
public sealed record Gemma3nBlueprint(
    int VocabSize,
    int PerLayerVocab,
    int HiddenSize,
    int PerLayerSize,
    int IntermediateSize,
    int Layers,
    int SharedLayers,
    int Heads,
    int KvHeads,
    int HeadDim)
{
    private const int GroupSize = 64;
    private const int Bits = 4;
    private const int Planes = 4;
    private const int LaurelRank = 64;
    private const int SparseLayers = 10;
    private const int MediaVocab = 128;
    private const ulong Seed = 20250626;

    private readonly SyntheticWeights _weights = new(Seed);

    public static Gemma3nBlueprint E4B { get; } = new(262400, 262144, 2048, 256, 16384, 35, 15, 8, 2, 256);

    public SyntheticCheckpoint Checkpoint() => new(Config(), [.. Decoder(), .. Vision(), .. Audio()]);

    private string Config()
    {
        string Each(Func<int, string> value) => string.Join(", ", Enumerable.Range(0, Layers).Select(value));
        return $$"""
            {
              "architectures": ["Gemma3nForConditionalGeneration"],
              "model_type": "gemma3n",
              "eos_token_id": [1, 106],
              "quantization": { "group_size": {{GroupSize}}, "bits": {{Bits}} },
              "text_config": {
                "model_type": "gemma3n_text",
                "vocab_size": {{VocabSize}},
                "vocab_size_per_layer_input": {{PerLayerVocab}},
                "hidden_size": {{HiddenSize}},
                "hidden_size_per_layer_input": {{PerLayerSize}},
                "intermediate_size": [{{Each(_ => $"{IntermediateSize}")}}],
                "activation_sparsity_pattern": [{{Each(layer => layer < SparseLayers ? "0.95" : "0.0")}}],
                "num_hidden_layers": {{Layers}},
                "num_kv_shared_layers": {{SharedLayers}},
                "num_attention_heads": {{Heads}},
                "num_key_value_heads": {{KvHeads}},
                "head_dim": {{HeadDim}},
                "laurel_rank": {{LaurelRank}}
              },
              "vision_config": { "architecture": "mobilenetv5_300m_enc", "model_args": null },
              "audio_config": {}
            }
            """;
    }

    private IEnumerable<TensorSource> Linear(string module, int inFeatures, int outFeatures) =>
        _weights.Quantized(module, outFeatures, inFeatures, GroupSize, Bits);

    private IEnumerable<TensorSource> PlainLinear(string module, int inFeatures, int outFeatures) =>
        [_weights.Plain($"{module}.weight", new Shape(outFeatures, inFeatures))];

    private TensorSource Norm(string module, int features) => _weights.Constant($"{module}.weight", new Shape(features), 1);

    private IEnumerable<TensorSource> Decoder()
    {
        const string Model = "language_model.model";
        return
        [
            .. Linear($"{Model}.embed_tokens", HiddenSize, VocabSize),
            .. Linear($"{Model}.embed_tokens_per_layer", Layers * PerLayerSize, PerLayerVocab),
            .. Linear($"{Model}.per_layer_model_projection", HiddenSize, Layers * PerLayerSize),
            Norm($"{Model}.per_layer_projection_norm", PerLayerSize),
            .. Square("altup_projections"),
            .. Square("altup_unembed_projections"),
            .. Enumerable.Range(0, Layers).SelectMany(layer => Layer($"{Model}.layers.{layer}")),
            Norm($"{Model}.norm", HiddenSize),
        ];

        IEnumerable<TensorSource> Square(string name) =>
            Enumerable.Range(0, Planes - 1).SelectMany(plane => Linear($"{Model}.{name}.{plane}", HiddenSize, HiddenSize));
    }

    private IEnumerable<TensorSource> Layer(string layer) =>
    [
        .. Linear($"{layer}.self_attn.q_proj", HiddenSize, Heads * HeadDim),
        .. Linear($"{layer}.self_attn.k_proj", HiddenSize, KvHeads * HeadDim),
        .. Linear($"{layer}.self_attn.v_proj", HiddenSize, KvHeads * HeadDim),
        .. Linear($"{layer}.self_attn.o_proj", Heads * HeadDim, HiddenSize),
        Norm($"{layer}.self_attn.q_norm", HeadDim),
        Norm($"{layer}.self_attn.k_norm", HeadDim),
        .. Linear($"{layer}.mlp.gate_proj", HiddenSize, IntermediateSize),
        .. Linear($"{layer}.mlp.up_proj", HiddenSize, IntermediateSize),
        .. Linear($"{layer}.mlp.down_proj", IntermediateSize, HiddenSize),
        .. Linear($"{layer}.altup.modality_router", HiddenSize, Planes),
        .. PlainLinear($"{layer}.altup.prediction_coefs", Planes, Planes * Planes),
        .. PlainLinear($"{layer}.altup.correction_coefs", Planes, Planes),
        Norm($"{layer}.altup.router_norm", HiddenSize),
        _weights.Constant($"{layer}.altup.correct_output_scale", new Shape(HiddenSize), 1),
        .. Linear($"{layer}.laurel.linear_left", HiddenSize, LaurelRank),
        .. Linear($"{layer}.laurel.linear_right", LaurelRank, HiddenSize),
        Norm($"{layer}.laurel.post_laurel_norm", HiddenSize),
        .. Linear($"{layer}.per_layer_input_gate", HiddenSize, PerLayerSize),
        .. Linear($"{layer}.per_layer_projection", PerLayerSize, HiddenSize),
        Norm($"{layer}.post_per_layer_input_norm", HiddenSize),
        Norm($"{layer}.input_layernorm", HiddenSize),
        Norm($"{layer}.post_attention_layernorm", HiddenSize),
        Norm($"{layer}.pre_feedforward_layernorm", HiddenSize),
        Norm($"{layer}.post_feedforward_layernorm", HiddenSize),
    ];

    // Each tower, and what stands between it and the decoder.
    private IEnumerable<TensorSource> Vision() =>
    [
        .. MobileNetV5Blueprint.Tower.Sources(_weights),
        .. Bridge("embed_vision", MobileNetV5Blueprint.Config.HiddenSize, PlainLinear),
    ];

    private IEnumerable<TensorSource> Audio() =>
        [.. UsmBlueprint.Tower.Sources(_weights), .. Bridge("embed_audio", UsmBlueprint.Config.HiddenSize, Linear)];

    private IEnumerable<TensorSource> Bridge(string name, int towerSize, Func<string, int, int, IEnumerable<TensorSource>> linear) =>
    [
        .. linear($"{name}.embedding", towerSize, MediaVocab),
        .. linear($"{name}.embedding_projection", towerSize, HiddenSize),
        Norm($"{name}.hard_embedding_norm", towerSize),
        Norm($"{name}.soft_embedding_norm", towerSize),
    ];
}
