using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Synthesis;

/// <summary>
/// A Gemma 3 checkpoint as mlx-vlm converts it: names, shapes and config of the real model, random weights.
/// </summary>
public sealed record Gemma3Blueprint(
    int VocabSize,
    int HiddenSize,
    int IntermediateSize,
    int Layers,
    int Heads,
    int KvHeads,
    int HeadDim,
    int SlidingWindow,
    double RopeFactor)
{
    private const int GroupSize = 64;
    private const int Bits = 4;
    private const ulong Seed = 20250312;

    public static Gemma3Blueprint Gemma3With4B { get; } = new(262208, 2560, 10240, 34, 8, 4, 256, 1024, 8);

    /// <summary>Whether it has the tower of the real model, which makes it 0.8 GB larger.</summary>
    public bool HasTower { get; init; } = true;

    public SyntheticCheckpoint Checkpoint()
    {
        var weights = new SyntheticWeights(Seed);
        return new SyntheticCheckpoint(Config(), [.. Decoder(weights), .. HasTower ? SiglipBlueprint.Tower.Sources(weights) : []]);
    }

    private string Config() => $$"""
        {
          "architectures": ["Gemma3ForConditionalGeneration"],
          "model_type": "gemma3",
          "eos_token_id": [1, 106],
          "quantization": { "group_size": {{GroupSize}}, "bits": {{Bits}} },
          "text_config": {
            "model_type": "gemma3_text",
            "vocab_size": {{VocabSize}},
            "hidden_size": {{HiddenSize}},
            "intermediate_size": {{IntermediateSize}},
            "num_hidden_layers": {{Layers}},
            "num_attention_heads": {{Heads}},
            "num_key_value_heads": {{KvHeads}},
            "head_dim": {{HeadDim}},
            "rope_scaling": { "factor": {{RopeFactor}}, "rope_type": "linear" },
            "sliding_window": {{SlidingWindow}}
          }{{(HasTower ? $",\n  \"vision_config\": {SiglipBlueprint.ConfigJson}" : "")}}
        }
        """;

    private IEnumerable<TensorSource> Decoder(SyntheticWeights weights)
    {
        const string Model = "language_model.model";
        IEnumerable<TensorSource> Linear(string module, int inFeatures, int outFeatures) =>
            weights.Quantized(module, outFeatures, inFeatures, GroupSize, Bits);
        TensorSource Norm(string module, int features) => weights.Constant($"{module}.weight", new Shape(features), 0);

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
            Norm($"{layer}.pre_feedforward_layernorm", HiddenSize),
            Norm($"{layer}.post_feedforward_layernorm", HiddenSize),
        ];
    }
}
