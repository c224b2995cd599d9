using System.Text.Json;

namespace MlxActors.Models.Gemma3n;

/// <summary>
/// The <c>audio_config</c> of <c>gemma3n</c>, with the defaults of transformers' <c>configuration_gemma3n.py</c>. The size of the blocks in
/// which the reference computes attention, <c>conf_attention_chunk_size</c>, changes no result and is not read.
/// </summary>
/// <param name="Bins">Mel bins of a frame.</param>
/// <param name="LookBack">Steps before a step that it attends to.</param>
/// <param name="LookAhead">Steps behind a step that it attends to.</param>
/// <param name="ConvKernelSize">Steps of the light convolution.</param>
/// <param name="ReductionFactor">Of so many steps, the tower gives one.</param>
/// <param name="ResidualWeight">Of the half-step feed-forwards.</param>
/// <param name="FirstChannels">Output channels of the first subsampling convolution.</param>
/// <param name="SecondChannels">Output channels of the second.</param>
public sealed record Gemma3nAudioConfig(
    int HiddenSize,
    int Bins,
    int NumHiddenLayers,
    int NumAttentionHeads,
    int LookBack,
    int LookAhead,
    float LogitCap,
    int ConvKernelSize,
    int ReductionFactor,
    float ResidualWeight,
    int FirstChannels,
    int SecondChannels,
    double GroupNormEps,
    double RmsNormEps)
{
    /// <summary>Both subsampling convolutions go over 3 × 3 numbers.</summary>
    public const int SubsamplingKernel = 3;

    /// <summary>Both subsampling convolutions halve time and frequency.</summary>
    public const int SubsamplingStride = 2;

    private const int Convolutions = 2;
    private const int MaxLayers = 1024;
    private const int MaxHeads = 1024;
    private const int MaxContext = 1024;
    private const int MaxBins = 4096;

    /// <summary>Steps at which attention may look.</summary>
    public int Span => LookBack + 1 + LookAhead;

    public int HeadDim => HiddenSize / NumAttentionHeads;

    /// <summary>Mel frames that one row of the tower's output stands for.</summary>
    public int FramesPerToken => SubsamplingStride * SubsamplingStride * ReductionFactor;

    /// <summary>Numbers that the convolutions make of a step.</summary>
    public int SubsampledSize => Halve(Halve(Bins)) * SecondChannels;

    public static Gemma3nAudioConfig Parse(ConfigNode audio)
    {
        var hidden = audio.Size("hidden_size", 1536);
        var heads = audio.Size("conf_num_attention_heads", 8, MaxHeads);
        if (hidden % heads != 0 || hidden % 2 != 0)
        {
            throw audio.Wrong("hidden_size", $"an even multiple of the {heads} attention heads");
        }
        RequirePairs(audio, "sscp_conv_kernel_size", SubsamplingKernel);
        RequirePairs(audio, "sscp_conv_stride_size", SubsamplingStride);
        var channels = audio.Integers("sscp_conv_channel_size", Convolutions, ConfigNode.MaxSize) ?? [128, 32];
        if (channels.Length != Convolutions || channels.Contains(0))
        {
            throw audio.Wrong("sscp_conv_channel_size", $"{Convolutions} positive integers");
        }
        return new Gemma3nAudioConfig(
            hidden,
            audio.Size("input_feat_size", 128, MaxBins),
            audio.Size("conf_num_hidden_layers", 12, MaxLayers),
            heads,
            // The reference counts the step itself to the left.
            Math.Max(0, audio.Integer("conf_attention_context_left", 0, MaxContext) - 1 ?? 12),
            audio.Integer("conf_attention_context_right", 0, MaxContext) ?? 0,
            (float)audio.PositiveNumber("conf_attention_logit_cap", 50),
            audio.Size("conf_conv_kernel_size", 5, MaxContext),
            audio.Size("conf_reduction_factor", 4, MaxContext),
            (float)audio.PositiveNumber("conf_residual_weight", 0.5),
            channels[0],
            channels[1],
            audio.PositiveNumber("sscp_conv_group_norm_eps", 1e-3),
            audio.PositiveNumber("rms_norm_eps", 1e-6));
    }

    /// <summary>Outputs of a subsampling convolution over <paramref name="length"/> numbers, which are padded by two.</summary>
    private static int Halve(int length) => (length + 2 - SubsamplingKernel) / SubsamplingStride + 1;

    /// <summary>Time and frequency of both convolutions: no other sizes were ever published, and the padding is made for these.</summary>
    private static void RequirePairs(ConfigNode audio, string key, int size)
    {
        if (audio.Has(key) && !JsonElement.DeepEquals(audio.Json.GetProperty(key), Pairs(size)))
        {
            throw audio.Wrong(key, Pairs(size).GetRawText());
        }
    }

    private static JsonElement Pairs(int size) => JsonSerializer.SerializeToElement(new int[][] { [size, size], [size, size] });
}
