using System.Globalization;
using MlxActors.Benchmarks.Tokenizers;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors;

namespace MlxActors.Benchmarks.Synthesis;

/// <summary>
/// A Gemma 3n checkpoint with both towers as mlx-vlm converts it: names, shapes and config of the real model, random weights. The
/// tensors of the vision tower are those that the fixtures list.
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
    private const int AudioSize = 1536;
    private const int AudioLayers = 12;
    private const int AudioHeads = 8;
    private const int AudioKernel = 5;
    private const ulong Seed = 20250626;

    private readonly SyntheticWeights _weights = new(Seed);

    public static Gemma3nBlueprint E4B { get; } = new(262400, 262144, 2048, 256, 16384, 35, 15, 8, 2, 256);

    /// <summary>Writes <c>config.json</c> and <c>model.safetensors</c> into a folder.</summary>
    public void Write(string directory)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "config.json"), Config());
        SafetensorsWriter.Write(Path.Combine(directory, Checkpoint.SingleFileName), [.. Decoder(), .. Vision(), .. Audio()]);
    }

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

    private TensorSource PlainLinear(string module, int inFeatures, int outFeatures) =>
        _weights.Plain($"{module}.weight", new Shape(outFeatures, inFeatures));

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
        PlainLinear($"{layer}.altup.prediction_coefs", Planes, Planes * Planes),
        PlainLinear($"{layer}.altup.correction_coefs", Planes, Planes),
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

    /// <summary>The tower, and what stands between it and the decoder.</summary>
    private IEnumerable<TensorSource> Vision() =>
        from line in File.ReadLines(Path.Combine(Fixtures.Goldens, "models", "gemma3n", "vision-tensors.tsv"))
        where !line.StartsWith('#')
        let columns = line.Split('\t')
        let shape = new Shape(Array.ConvertAll(columns[1].Split('x'), length => int.Parse(length, CultureInfo.InvariantCulture)))
        select shape.Rank == 1 ? _weights.Constant(columns[0], shape, 1) : _weights.Plain(columns[0], shape);

    private IEnumerable<TensorSource> Audio()
    {
        const string Subsampling = "audio_tower.subsample_conv_projection";
        return
        [
            .. Linear("embed_audio.embedding", AudioSize, MediaVocab),
            .. Linear("embed_audio.embedding_projection", AudioSize, HiddenSize),
            Norm("embed_audio.hard_embedding_norm", AudioSize),
            Norm("embed_audio.soft_embedding_norm", AudioSize),
            _weights.Plain($"{Subsampling}.conv_0.conv.weight", new Shape(128, 3, 3, 1)),
            Norm($"{Subsampling}.conv_0.norm", 128),
            _weights.Plain($"{Subsampling}.conv_1.conv.weight", new Shape(32, 3, 3, 128)),
            Norm($"{Subsampling}.conv_1.norm", 32),
            PlainLinear($"{Subsampling}.input_proj_linear", 1024, AudioSize),
            .. Enumerable.Range(0, AudioLayers).SelectMany(layer => Conformer($"audio_tower.conformer.{layer}")),
        ];
    }

    private IEnumerable<TensorSource> Conformer(string block)
    {
        IEnumerable<TensorSource> FeedForward(string name) =>
        [
            PlainLinear($"{block}.{name}.ffw_layer_1", AudioSize, 4 * AudioSize),
            PlainLinear($"{block}.{name}.ffw_layer_2", 4 * AudioSize, AudioSize),
            Norm($"{block}.{name}.pre_layer_norm", AudioSize),
            Norm($"{block}.{name}.post_layer_norm", AudioSize),
        ];
        string[] projections = ["attn.q_proj", "attn.k_proj", "attn.v_proj", "attn.relative_position_embedding.pos_proj", "post"];
        return
        [
            .. FeedForward("ffw_layer_start"),
            .. FeedForward("ffw_layer_end"),
            .. projections.Select(name => PlainLinear($"{block}.attention.{name}", AudioSize, AudioSize)),
            _weights.Constant($"{block}.attention.attn.per_dim_scale", new Shape(AudioSize / AudioHeads), 0),
            Norm($"{block}.attention.pre_attn_norm", AudioSize),
            Norm($"{block}.attention.post_norm", AudioSize),
            PlainLinear($"{block}.lconv1d.linear_start", AudioSize, 2 * AudioSize),
            PlainLinear($"{block}.lconv1d.linear_end", AudioSize, AudioSize),
            _weights.Plain($"{block}.lconv1d.depthwise_conv1d.weight", new Shape(AudioSize, AudioKernel, 1)),
            Norm($"{block}.lconv1d.conv_norm", AudioSize),
            Norm($"{block}.lconv1d.pre_layer_norm", AudioSize),
            Norm($"{block}.norm", AudioSize),
        ];
    }
}
