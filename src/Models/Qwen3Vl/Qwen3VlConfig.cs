using System.Collections.Immutable;
using MlxActors.Models.Nn;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Qwen3Vl;

/// <summary>
/// The <c>config.json</c> of <c>qwen3_vl</c>, with the defaults of transformers' <c>configuration_qwen3_vl.py</c>. Old conversions dump
/// generation settings at every level; they are not read.
/// </summary>
/// <param name="Vision">Null when the config describes no tower; the weights decide whether it is there.</param>
/// <param name="EndOfSequence">Null when the config is silent.</param>
public sealed record Qwen3VlConfig(
    Qwen3VlTextConfig Text,
    Qwen3VlVisionConfig? Vision,
    int ImageTokenId,
    int VideoTokenId,
    int VisionStartTokenId,
    int VisionEndTokenId,
    ImmutableHashSet<int>? EndOfSequence)
{
    public const string ModelType = "qwen3_vl";

    public static Qwen3VlConfig Parse(ConfigNode root)
    {
        if (root.Text("model_type") != ModelType)
        {
            throw root.Wrong("model_type", ModelType);
        }
        var text = root.RequiredObject("text_config");
        var textConfig = Qwen3VlTextConfig.Parse(text, root);
        return new Qwen3VlConfig(
            textConfig,
            root.Object("vision_config") is { } vision ? Qwen3VlVisionConfig.Parse(vision, textConfig) : null,
            root.Integer("image_token_id", 0, int.MaxValue) ?? 151655,
            root.Integer("video_token_id", 0, int.MaxValue) ?? 151656,
            root.Integer("vision_start_token_id", 0, int.MaxValue) ?? 151652,
            root.Integer("vision_end_token_id", 0, int.MaxValue) ?? 151653,
            root.Ids("eos_token_id") ?? text.Ids("eos_token_id"));
    }
}

/// <summary>The decoder.</summary>
/// <param name="MropeSection">How many frequencies follow time, row and column; they add up to half the head dimension.</param>
public sealed record Qwen3VlTextConfig(
    int VocabSize,
    int HiddenSize,
    int IntermediateSize,
    int NumHiddenLayers,
    int NumAttentionHeads,
    int NumKeyValueHeads,
    int HeadDim,
    Activation HiddenAct,
    int MaxPositionEmbeddings,
    double RmsNormEps,
    double RopeTheta,
    ImmutableArray<int> MropeSection,
    bool TieWordEmbeddings)
{
    /// <param name="root">The top level, which alone says for sure whether the output head is tied.</param>
    public static Qwen3VlTextConfig Parse(ConfigNode text, ConfigNode root)
    {
        if (text.Flag("attention_bias", false))
        {
            throw text.Wrong("attention_bias", "false, as in every published Qwen3-VL");
        }
        var (heads, kvHeads, headDim) = AttentionHeads.Parse(text, heads: null, kvHeads: null, headDim: 128);
        // The hub's files: rope_theta beside rope_scaling. transformers 5 saves both as rope_parameters.
        var rope = text.Object("rope_parameters") ?? text.Object("rope_scaling");
        var theta = (rope is { } node && node.Has("rope_theta") ? node : text).PositiveNumber("rope_theta", 5e6);
        return new Qwen3VlTextConfig(
            text.Size("vocab_size", 151936),
            text.Size("hidden_size"),
            text.Size("intermediate_size"),
            text.Size("num_hidden_layers", max: TransformerBounds.MaxLayers),
            heads,
            kvHeads,
            headDim,
            text.Choice("hidden_act", Activations.ByName, "silu"),
            text.Size("max_position_embeddings", 128000, TransformerBounds.MaxContext),
            text.PositiveNumber("rms_norm_eps", 1e-6),
            theta,
            ParseSection(rope, headDim),
            root.Flag("tie_word_embeddings", text.Flag("tie_word_embeddings", false)));
    }

    private static ImmutableArray<int> ParseSection(ConfigNode? rope, int headDim)
    {
        if (rope is not { } node)
        {
            return [24, 20, 20];
        }
        if ((node.Text("rope_type") ?? node.Text("type") ?? "default") is not ("default" or "mrope"))
        {
            throw node.Wrong(node.Has("rope_type") ? "rope_type" : "type", "default");
        }
        if (!node.Flag("mrope_interleaved", true))
        {
            throw node.Wrong("mrope_interleaved", "true, as in every published Qwen3-VL");
        }
        ImmutableArray<int> section = node.Integers("mrope_section", maxCount: 3, headDim) ?? [24, 20, 20];
        // Rows and columns take every third frequency, so that there must be enough of them.
        return section.Length == 3 && section.Sum() == headDim / 2 && section.Skip(1).All(length => 3 * length <= headDim / 2)
            ? section
            : throw node.Wrong("mrope_section", $"three lengths that add up to {headDim / 2}, the last two at most a third of it");
    }
}

/// <summary>The vision tower.</summary>
/// <param name="PositionsPerSide">Side of the square table of learned positions.</param>
/// <param name="DeepstackVisualIndexes">
/// Blocks whose output a merger of its own brings to the decoder's first layers, in that order.
/// </param>
public sealed record Qwen3VlVisionConfig(
    int Depth,
    int HiddenSize,
    int IntermediateSize,
    int NumHeads,
    int OutHiddenSize,
    int PositionsPerSide,
    int PatchSize,
    int TemporalPatchSize,
    int SpatialMergeSize,
    int InChannels,
    Activation HiddenAct,
    ImmutableArray<int> DeepstackVisualIndexes)
{
    private const int MaxDepth = 1024;
    private const int MaxPatch = 256;
    private const int MaxMerge = 16;

    public int HeadDim => HiddenSize / NumHeads;

    /// <summary>Patches that become one token.</summary>
    public int PatchesPerToken => SpatialMergeSize * SpatialMergeSize;

    public static Qwen3VlVisionConfig Parse(ConfigNode vision, Qwen3VlTextConfig text)
    {
        var depth = vision.Size("depth", max: MaxDepth);
        var hidden = vision.Size("hidden_size");
        var heads = vision.Size("num_heads");
        var positions = vision.Size("num_position_embeddings");
        var side = (int)Math.Sqrt(positions);
        ImmutableArray<int> deepstack = vision.Integers("deepstack_visual_indexes", text.NumHiddenLayers, depth - 1) ?? [8, 16, 24];
        if (hidden % heads != 0 || hidden / heads % 4 != 0)
        {
            throw vision.Wrong("num_heads", $"a divisor of hidden_size {hidden} that leaves heads of a multiple of 4");
        }
        if (side * side != positions)
        {
            throw vision.Wrong("num_position_embeddings", "a square number");
        }
        if (vision.Size("out_hidden_size") != text.HiddenSize)
        {
            throw vision.Wrong("out_hidden_size", $"the text model's hidden_size {text.HiddenSize}");
        }
        if (deepstack.Distinct().Count() != deepstack.Length || deepstack.Any(index => index >= depth))
        {
            throw vision.Wrong("deepstack_visual_indexes", $"different blocks of the {depth}");
        }
        return new Qwen3VlVisionConfig(
            depth,
            hidden,
            vision.Size("intermediate_size"),
            heads,
            text.HiddenSize,
            side,
            vision.Size("patch_size", 16, MaxPatch),
            vision.Size("temporal_patch_size", 2, MaxPatch),
            vision.Size("spatial_merge_size", 2, MaxMerge),
            vision.Size("in_channels", 3, max: 4),
            vision.Choice("hidden_act", Activations.ByName, "gelu_pytorch_tanh"),
            deepstack);
    }
}
