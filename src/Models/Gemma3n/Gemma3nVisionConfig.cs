using System.Collections.Immutable;
using System.Text.Json;

namespace MlxActors.Models.Gemma3n;

/// <summary>
/// The tower: <c>vision_config</c> of a <c>gemma3n</c> checkpoint. Published files name <c>mobilenetv5_300m_enc</c> and leave the rest to
/// timm; <c>model_args</c> describes another tower of its kind.
/// </summary>
/// <param name="HiddenSize">Channels of a soft token.</param>
/// <param name="ImageSize">Side of the picture that the tower takes.</param>
/// <param name="StemSize">Channels of the first convolution.</param>
/// <param name="TokensPerSide">Soft tokens along one side of the picture.</param>
/// <param name="Stages">Of the last two, the maps are fused.</param>
public sealed record Gemma3nVisionConfig(
    int HiddenSize,
    int ImageSize,
    int StemSize,
    int TokensPerSide,
    double RmsNormEps,
    ImmutableArray<ImmutableArray<VisionBlock>> Stages)
{
    public const int NumChannels = 3;

    /// <summary>By how much the first convolution shrinks the picture's sides.</summary>
    public const int StemStride = 2;

    private const string Architecture = "mobilenetv5_300m_enc";
    private const int MaxImageSize = 1 << 13;
    private const int MaxStages = 16;
    private const int MaxBlocks = 512;

    /// <param name="vision">The object <c>vision_config</c>.</param>
    /// <param name="softTokensPerImage">The checkpoint's <c>vision_soft_tokens_per_image</c>.</param>
    public static Gemma3nVisionConfig Parse(ConfigNode vision, int softTokensPerImage)
    {
        if (vision.Text("architecture") is { } architecture && architecture != Architecture)
        {
            throw vision.Wrong("architecture", Architecture);
        }
        var arguments = vision.Object("model_args");
        var side = (int)Math.Sqrt(softTokensPerImage);
        var config = new Gemma3nVisionConfig(
            vision.Size("hidden_size", 2048),
            arguments?.Size("input_size", 768, MaxImageSize) ?? 768,
            arguments?.Size("stem_size", 64) ?? 64,
            side,
            vision.PositiveNumber("rms_norm_eps", 1e-6),
            arguments is { } table && table.Has("arch_def") ? Table(table) : VisionBlock.Real);
        if (side * side != softTokensPerImage || !config.IsWhole)
        {
            throw vision.Wrong("model_args", $"stages that bring {config.ImageSize} pixels to {softTokensPerImage} tokens in a square");
        }
        return config;
    }

    /// <summary>Side of the map that the stages up to this one give.</summary>
    public int SideAfter(int stage) => ImageSize / ShrinkageAfter(stage);

    /// <summary>Whether every map's side is a whole part of the one before, and so is that of the tokens.</summary>
    private bool IsWhole =>
        Stages.Length > 1
        && ImageSize % ShrinkageAfter(Stages.Length - 1) == 0
        && SideAfter(Stages.Length - 2) % TokensPerSide == 0;

    private int ShrinkageAfter(int stage) =>
        Stages.Take(stage + 1).SelectMany(blocks => blocks).Aggregate(StemStride, (product, block) => checked(product * block.Stride));

    private static ImmutableArray<ImmutableArray<VisionBlock>> Table(ConfigNode arguments)
    {
        var stages = arguments.Json.GetProperty("arch_def");
        return stages.ValueKind == JsonValueKind.Array && stages.GetArrayLength() is > 1 and <= MaxStages
            ? [.. stages.EnumerateArray().Select(Stage)]
            : throw Wrong();

        ImmutableArray<VisionBlock> Stage(JsonElement stage) =>
            stage.ValueKind == JsonValueKind.Array && stage.GetArrayLength() is > 0 and <= MaxBlocks
                ? [.. stage.EnumerateArray().SelectMany(block => Blocks(block) ?? throw Wrong())]
                : throw Wrong();

        static ImmutableArray<VisionBlock>? Blocks(JsonElement block) =>
            block.ValueKind == JsonValueKind.String ? VisionBlock.Parse(block.GetString()!) : null;

        Native.Checkpoints.CheckpointException Wrong() => arguments.Wrong("arch_def", "at least two stages of er, uir and mqa blocks");
    }
}
