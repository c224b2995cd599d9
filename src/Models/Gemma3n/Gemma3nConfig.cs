using System.Collections.Immutable;
using MlxActors.Models.Nn;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Gemma3n;

/// <summary>
/// The <c>config.json</c> of <c>gemma3n</c> and <c>gemma3n_text</c>, with the defaults of transformers' <c>configuration_gemma3n.py</c>.
/// </summary>
/// <param name="Vision">Null when the config describes no tower; the weights decide whether it is there.</param>
/// <param name="EmbedVision">What stands between that tower and the decoder.</param>
/// <param name="Audio">As <paramref name="Vision"/>.</param>
/// <param name="EmbedAudio">As <paramref name="EmbedVision"/>.</param>
/// <param name="VisionSoftTokens">Soft tokens that one image becomes.</param>
/// <param name="AudioSoftTokens">Soft tokens that one clip becomes, however short.</param>
/// <param name="EndOfSequence">Null when the config is silent.</param>
public sealed record Gemma3nConfig(
    string ModelType,
    Gemma3nTextConfig Text,
    Gemma3nVisionConfig? Vision,
    Gemma3nEmbedderConfig? EmbedVision,
    Gemma3nAudioConfig? Audio,
    Gemma3nEmbedderConfig? EmbedAudio,
    int VisionSoftTokens,
    int AudioSoftTokens,
    int ImageTokenId,
    int AudioTokenId,
    ImmutableHashSet<int>? EndOfSequence)
{
    private const int MaxSoftTokens = 1 << 14;

    public static Gemma3nConfig Parse(ConfigNode root)
    {
        var modelType = root.Text("model_type");
        return modelType switch
        {
            "gemma3n_text" => Parse(root, root, modelType),
            "gemma3n" => Parse(root, root.RequiredObject("text_config"), modelType),
            _ => throw root.Wrong("model_type", "gemma3n or gemma3n_text"),
        };
    }

    private static Gemma3nConfig Parse(ConfigNode root, ConfigNode text, string modelType)
    {
        var visionTokens = root.Size("vision_soft_tokens_per_image", 256, MaxSoftTokens);
        var audioTokens = root.Size("audio_soft_tokens_per_image", 188, MaxSoftTokens);
        var (vision, audio) = (root.Object("vision_config"), root.Object("audio_config"));
        return new Gemma3nConfig(
            modelType,
            Gemma3nTextConfig.Parse(text),
            vision is { } eye ? Gemma3nVisionConfig.Parse(eye, visionTokens) : null,
            vision is { } pictures ? Gemma3nEmbedderConfig.Parse(pictures, hidden: 2048, offset: 262144) : null,
            audio is { } ear ? Gemma3nAudioConfig.Parse(ear) : null,
            audio is { } clips ? Gemma3nEmbedderConfig.Parse(clips, hidden: 1536, offset: 262272) : null,
            visionTokens,
            audioTokens,
            root.Integer("image_token_id", 0, int.MaxValue) ?? 262145,
            root.Integer("audio_token_id", 0, int.MaxValue) ?? 262273,
            root.Ids("eos_token_id") ?? text.Ids("eos_token_id"));
    }
}

/// <summary>What brings a tower's features, and the ids of a medium's own vocabulary, into the decoder.</summary>
/// <param name="HiddenSize">Of the tower.</param>
/// <param name="VocabOffset">The first id of that vocabulary.</param>
public sealed record Gemma3nEmbedderConfig(int HiddenSize, int VocabOffset, int VocabSize, double RmsNormEps)
{
    public static Gemma3nEmbedderConfig Parse(ConfigNode tower, int hidden, int offset) => new(
        tower.Size("hidden_size", hidden),
        tower.Integer("vocab_offset", 0, ConfigNode.MaxSize) ?? offset,
        tower.Size("vocab_size", 128),
        tower.PositiveNumber("rms_norm_eps", 1e-6));
}

/// <summary>One layer of the decoder.</summary>
/// <param name="Sparsity">The part of the MLP's gates that is closed; 0 leaves them be.</param>
/// <param name="IsGlobal">Whether it attends to everything before it, rather than to a sliding window.</param>
/// <param name="KvLayer">The layer whose keys and values it attends to: itself, or the last of its kind that has some.</param>
public sealed record Gemma3nLayerConfig(int IntermediateSize, double Sparsity, bool IsGlobal, int KvLayer);

/// <summary>The decoder.</summary>
/// <param name="KvLayers">Layers with keys and values of their own; they come first.</param>
/// <param name="VocabSizePerLayerInput">Ids from here on have the per-layer embedding of id 0.</param>
/// <param name="AltUpInputs">Planes that the hidden states of a token consist of.</param>
public sealed record Gemma3nTextConfig(
    int VocabSize,
    int VocabSizePerLayerInput,
    int HiddenSize,
    int HiddenSizePerLayerInput,
    ImmutableArray<Gemma3nLayerConfig> Layers,
    int KvLayers,
    AttentionHeads Attention,
    Activation HiddenActivation,
    int MaxPositionEmbeddings,
    double RmsNormEps,
    int SlidingWindow,
    int LaurelRank,
    int AltUpInputs,
    double FinalLogitSoftcapping,
    RopeConfig RopeGlobal,
    RopeConfig RopeLocal)
{
    private const int MaxAltUpInputs = 16;
    private const int UsualSparseLayers = 10;
    private const double UsualSparsity = 0.95;
    private const double MaxSparsity = 0.9999;

    /// <summary>Every how many layers one attends to everything, in configs that do not say.</summary>
    private const int UsualPattern = 5;

    public static Gemma3nTextConfig Parse(ConfigNode text)
    {
        RejectUnsupported(text);
        var layers = text.Size("num_hidden_layers", 35, TransformerBounds.MaxLayers);
        var shared = text.Integer("num_kv_shared_layers", 0, layers - 1) ?? Math.Min(15, layers - 1);
        var (ropeGlobal, ropeLocal) = SlidingLayers.ParseRope(text);
        return new Gemma3nTextConfig(
            text.Size("vocab_size", 262400),
            text.Size("vocab_size_per_layer_input", 262144),
            text.Size("hidden_size", 2048),
            text.Size("hidden_size_per_layer_input", 256),
            ParseLayers(text, layers, layers - shared),
            layers - shared,
            AttentionHeads.Parse(text, heads: 8, kvHeads: 2, headDim: 256),
            text.Choice("hidden_activation", Activations.ByName, "gelu_pytorch_tanh"),
            text.Size("max_position_embeddings", 32768, TransformerBounds.MaxContext),
            text.PositiveNumber("rms_norm_eps", 1e-6),
            text.Size("sliding_window", 512, TransformerBounds.MaxContext),
            text.Size("laurel_rank", 64),
            text.Size("altup_num_inputs", 4, MaxAltUpInputs),
            text.PositiveNumber("final_logit_softcapping", 30),
            ropeGlobal,
            ropeLocal);
    }

    private static void RejectUnsupported(ConfigNode text)
    {
        if (text.Flag("attention_bias", false))
        {
            throw text.Wrong("attention_bias", "false, as in every published Gemma 3n");
        }
        if (text.Integer("altup_active_idx", 0, MaxAltUpInputs) is not (null or 0))
        {
            throw text.Wrong("altup_active_idx", "0, as in every published Gemma 3n");
        }
        if (!text.Flag("altup_correct_scale", true))
        {
            throw text.Wrong("altup_correct_scale", "true, as in every published Gemma 3n");
        }
        if (!text.Flag("tie_word_embeddings", true))
        {
            throw text.Wrong("tie_word_embeddings", "true, as in every published Gemma 3n");
        }
    }

    private static ImmutableArray<Gemma3nLayerConfig> ParseLayers(ConfigNode text, int count, int kvLayers)
    {
        var sizes = text.SizeByLayer("intermediate_size", count, 16384);
        var isGlobal = SlidingLayers.ParseGlobal(text, count, UsualPattern);
        var sparsity = text.NumberByLayer("activation_sparsity_pattern", count, 0, MaxSparsity)
            ?? [.. Enumerable.Range(0, count).Select(i => i < UsualSparseLayers && count > UsualSparseLayers ? UsualSparsity : 0)];
        int KvLayerOf(int layer) => layer < kvLayers ? layer : isGlobal.LastIndexOf(isGlobal[layer], kvLayers - 1, kvLayers);
        return Enumerable.Range(0, count).All(layer => KvLayerOf(layer) >= 0)
            ? [.. Enumerable.Range(0, count).Select(layer => new Gemma3nLayerConfig(
                sizes[layer], sparsity[layer], isGlobal[layer], KvLayerOf(layer)))]
            : throw text.Wrong("num_kv_shared_layers", $"a layer of each kind that shares among the first {kvLayers}");
    }
}
