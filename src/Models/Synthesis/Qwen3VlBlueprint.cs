using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Synthesis;

/// <summary>
/// A Qwen3-VL checkpoint with its tower as mlx-vlm converts it: names, shapes and config of the real model, random weights.
/// </summary>
public sealed record Qwen3VlBlueprint(
    int VocabSize,
    int HiddenSize,
    int IntermediateSize,
    int Layers,
    int Heads,
    int KvHeads,
    int HeadDim)
{
    private const int GroupSize = 64;
    private const int Bits = 4;
    private const ulong Seed = 20251014;

    public static Qwen3VlBlueprint With4B { get; } = new(151936, 2560, 9728, 36, 32, 8, 128);

    public SyntheticCheckpoint Checkpoint()
    {
        var weights = new SyntheticWeights(Seed);
        return new SyntheticCheckpoint(Config(), [.. Decoder(weights), .. Qwen3VlTowerBlueprint.Tower.Sources(weights)]);
    }

    private string Config() => $$"""
        {
          "architectures": ["Qwen3VLForConditionalGeneration"],
          "model_type": "qwen3_vl",
          "eos_token_id": [151645, 151643],
          "tie_word_embeddings": true,
          "quantization": { "group_size": {{GroupSize}}, "bits": {{Bits}} },
          "text_config": {
            "model_type": "qwen3_vl_text",
            "vocab_size": {{VocabSize}},
            "hidden_size": {{HiddenSize}},
            "intermediate_size": {{IntermediateSize}},
            "num_hidden_layers": {{Layers}},
            "num_attention_heads": {{Heads}},
            "num_key_value_heads": {{KvHeads}},
            "head_dim": {{HeadDim}},
            "max_position_embeddings": 262144,
            "rope_scaling": { "mrope_interleaved": true, "mrope_section": [24, 20, 20], "rope_type": "default" },
            "rope_theta": 5000000
          },
          "vision_config": {{Qwen3VlTowerBlueprint.ConfigJson}}
        }
        """;

    private IEnumerable<TensorSource> Decoder(SyntheticWeights weights)
    {
        const string Model = "language_model.model";
        IEnumerable<TensorSource> Linear(string module, int inFeatures, int outFeatures) =>
            weights.Quantized(module, outFeatures, inFeatures, GroupSize, Bits);
        TensorSource Norm(string module, int features) => weights.Constant($"{module}.weight", new Shape(features), 1);

        return
        [
            .. Linear($"{Model}.embed_tokens", HiddenSize, VocabSize),
            .. Enumerable.Range(0, Layers).SelectMany(layer => Layer($"{Model}.layers.{layer}")),
            Norm($"{Model}.norm", HiddenSize),
        ];

        IEnumerable<TensorSource> Layer(string layer) =>
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
            Norm($"{layer}.input_layernorm", HiddenSize),
            Norm($"{layer}.post_attention_layernorm", HiddenSize),
        ];
    }
}
