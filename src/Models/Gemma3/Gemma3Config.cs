using System.Collections.Immutable;
using MlxActors.Models.Nn;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Gemma3;

/// <summary>
/// The <c>config.json</c> of <c>gemma3</c> (text and vision) and <c>gemma3_text</c>, with the defaults of transformers'
/// <c>configuration_gemma3.py</c>: published files leave out whatever equals them.
/// </summary>
/// <param name="Vision">Null when the config describes no tower; the weights decide whether it is there.</param>
/// <param name="MmTokensPerImage">Soft tokens that one image becomes.</param>
/// <param name="EndOfSequence">Null when the config is silent.</param>
public sealed record Gemma3Config(
    string ModelType,
    Gemma3TextConfig Text,
    Gemma3VisionConfig? Vision,
    int MmTokensPerImage,
    int BoiTokenIndex,
    int EoiTokenIndex,
    int ImageTokenIndex,
    ImmutableHashSet<int>? EndOfSequence)
{
    private const int MaxTokensPerImage = 1 << 14;

    public static Gemma3Config Parse(ConfigNode root)
    {
        var modelType = root.Text("model_type");
        return modelType switch
        {
            "gemma3_text" => Parse(root, root, modelType),
            "gemma3" => Parse(root, root.RequiredObject("text_config"), modelType),
            _ => throw root.Wrong("model_type", "gemma3 or gemma3_text"),
        };
    }

    private static Gemma3Config Parse(ConfigNode root, ConfigNode text, string modelType)
    {
        var tokensPerImage = root.Size("mm_tokens_per_image", 256, MaxTokensPerImage);
        return new Gemma3Config(
            modelType,
            Gemma3TextConfig.Parse(text, fallback: root),
            root.Object("vision_config") is { } vision ? Gemma3VisionConfig.Parse(vision, tokensPerImage) : null,
            tokensPerImage,
            root.Integer("boi_token_index", 0, int.MaxValue) ?? 255999,
            root.Integer("eoi_token_index", 0, int.MaxValue) ?? 256000,
            root.Integer("image_token_index", 0, int.MaxValue) ?? 262144,
            root.Ids("eos_token_id") ?? text.Ids("eos_token_id"));
    }
}

/// <summary>The decoder.</summary>
/// <param name="GlobalLayers">Per layer: whether it attends to everything before it, rather than to a sliding window.</param>
public sealed record Gemma3TextConfig(
    int VocabSize,
    int HiddenSize,
    int IntermediateSize,
    int NumHiddenLayers,
    int NumAttentionHeads,
    int NumKeyValueHeads,
    int HeadDim,
    Activation HiddenActivation,
    int MaxPositionEmbeddings,
    double RmsNormEps,
    double QueryPreAttnScalar,
    int SlidingWindow,
    bool TieWordEmbeddings,
    ImmutableArray<bool> GlobalLayers,
    RopeConfig RopeGlobal,
    RopeConfig RopeLocal)
{
    /// <summary>Every how many layers one attends to everything, in configs that do not say.</summary>
    private const int UsualPattern = 6;

    /// <param name="fallback">The top level, where some converters leave <c>vocab_size</c>.</param>
    public static Gemma3TextConfig Parse(ConfigNode text, ConfigNode fallback)
    {
        RejectUnsupported(text);
        var layers = text.Size("num_hidden_layers", max: TransformerBounds.MaxLayers);
        var (heads, kvHeads, headDim) = AttentionHeads.Parse(text, heads: 8, kvHeads: 4, headDim: 256);
        var (ropeGlobal, ropeLocal) = SlidingLayers.ParseRope(text);
        return new Gemma3TextConfig(
            text.Has("vocab_size") ? text.Size("vocab_size") : fallback.Size("vocab_size", 262208),
            text.Size("hidden_size"),
            text.Size("intermediate_size"),
            layers,
            heads,
            kvHeads,
            headDim,
            text.Choice("hidden_activation", Activations.ByName, "gelu_pytorch_tanh"),
            text.Size("max_position_embeddings", 131072, TransformerBounds.MaxContext),
            text.PositiveNumber("rms_norm_eps", 1e-6),
            text.PositiveNumber("query_pre_attn_scalar", 256),
            text.Size("sliding_window", 4096, TransformerBounds.MaxContext),
            text.Flag("tie_word_embeddings", fallback.Flag("tie_word_embeddings", true)),
            SlidingLayers.ParseGlobal(text, layers, UsualPattern),
            ropeGlobal,
            ropeLocal);
    }

    private static void RejectUnsupported(ConfigNode text)
    {
        if (text.Flag("attention_bias", false))
        {
            throw text.Wrong("attention_bias", "false, as in every published Gemma 3");
        }
        if (text.Flag("use_bidirectional_attention", false))
        {
            throw text.Wrong("use_bidirectional_attention", "false: an encoder does not generate");
        }
        if (text.Path.Length == 0 && text.Has("final_logit_softcapping"))
        {
            throw text.Wrong("final_logit_softcapping", "null, as in every published Gemma 3");
        }
    }
}

/// <summary>The SigLIP tower.</summary>
public sealed record Gemma3VisionConfig(
    int HiddenSize,
    int IntermediateSize,
    int NumHiddenLayers,
    int NumAttentionHeads,
    int NumChannels,
    int ImageSize,
    int PatchSize,
    Activation HiddenAct,
    double LayerNormEps,
    int TokensPerSide)
{
    private const int MaxImageSize = 1 << 14;

    /// <summary>Patches along one side of the image.</summary>
    public int PatchesPerSide => ImageSize / PatchSize;

    /// <summary>Side of the square of patches that one soft token averages.</summary>
    public int PoolKernel => PatchesPerSide / TokensPerSide;

    public static Gemma3VisionConfig Parse(ConfigNode vision, int tokensPerImage)
    {
        var hidden = vision.Size("hidden_size");
        var heads = vision.Size("num_attention_heads");
        var imageSize = vision.Size("image_size", max: MaxImageSize);
        var patchSize = vision.Size("patch_size", max: imageSize);
        var tokensPerSide = (int)Math.Sqrt(tokensPerImage);
        if (hidden % heads != 0)
        {
            throw vision.Wrong("num_attention_heads", $"a divisor of hidden_size {hidden}");
        }
        if (imageSize % patchSize != 0)
        {
            throw vision.Wrong("patch_size", $"a divisor of image_size {imageSize}");
        }
        if (tokensPerSide * tokensPerSide != tokensPerImage || imageSize / patchSize % tokensPerSide != 0)
        {
            throw vision.Wrong("image_size", $"patches that pool to mm_tokens_per_image {tokensPerImage}");
        }
        return new Gemma3VisionConfig(
            hidden,
            vision.Size("intermediate_size"),
            vision.Size("num_hidden_layers", max: TransformerBounds.MaxLayers),
            heads,
            vision.Size("num_channels", 3, max: 4),
            imageSize,
            patchSize,
            vision.Choice("hidden_act", Activations.ByName, "gelu_pytorch_tanh"),
            vision.PositiveNumber("layer_norm_eps", 1e-6),
            tokensPerSide);
    }
}
