using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Models.Qwen3Vl;

/// <summary>
/// What <c>preprocessor_config.json</c> or <c>video_preprocessor_config.json</c> says of pixels; what is missing has the value that the
/// published checkpoints give.
/// </summary>
/// <param name="Bounds">On one image, or on all frames of a video together.</param>
public sealed record Qwen3VlImageConfig(int PatchSize, int TemporalPatchSize, int MergeSize, PixelBounds Bounds, PixelScaling Scaling)
{
    private const int BicubicNumber = 3;
    private const int LargestPatch = 256;
    private const int MostPixels = 1 << 28;

    public static Qwen3VlImageConfig Default { get; } = new(
        PatchSize: 16, TemporalPatchSize: 2, MergeSize: 2, new PixelBounds(Min: 65536, Max: 16777216), PixelScaling.Default);

    private static readonly ImmutableArray<SettingRule> Rules =
    [
        new("size", $"shortest_edge and longest_edge, numbers of pixels up to {MostPixels}", IsSize),
        new("min_pixels", $"a number of pixels up to {MostPixels}", IsPixels),
        new("max_pixels", $"a number of pixels up to {MostPixels}", IsPixels),
        new("patch_size", $"an integer from 1 to {LargestPatch}", IsPatch),
        new("temporal_patch_size", $"an integer from 1 to {LargestPatch}", IsPatch),
        new("merge_size", $"an integer from 1 to {LargestPatch}", IsPatch),
        new("resample", $"{BicubicNumber} (bicubic)", value => ProcessorSettings.IsNumber(value, number => number == BicubicNumber)),
        new("do_resize", "true", value => value.ValueKind == JsonValueKind.True),
        .. PixelScaling.Rules,
    ];

    /// <summary>Sides of a resized picture are multiples of this.</summary>
    public int Factor => PatchSize * MergeSize;

    /// <summary>Reads the settings of a checkpoint, or takes the defaults; patches come out as the tower takes them.</summary>
    public static Result<Qwen3VlImageConfig, LoadError> Load(string directory, Qwen3VlVisionConfig vision) =>
        ProcessorSettings.Find(directory) is { } node
            ? Parse(node.Json, node.File, Default).Bind(config => config.Fit(vision, node.File))
            : Default.Of(vision);

    /// <param name="json">The file's root, or the <c>image_processor</c> object of a newer <c>processor_config.json</c>.</param>
    /// <param name="file">The file's name, for the error.</param>
    /// <param name="defaults">Values of keys that are missing.</param>
    public static Result<Qwen3VlImageConfig, LoadError> Parse(JsonElement json, string file, Qwen3VlImageConfig defaults) =>
        ProcessorSettings.Check(json, file, Rules).Map(settings => Read(settings, defaults)).Bind(
            Result<Qwen3VlImageConfig, LoadError> (config) => config.Bounds.Min <= config.Bounds.Max
                ? config
                : new LoadError($"{file}: 'size': found {config.Bounds}, expected the lesser bound first", file));

    /// <summary>These settings with a tower's patches.</summary>
    internal Qwen3VlImageConfig Of(Qwen3VlVisionConfig vision) => this with
    {
        PatchSize = vision.PatchSize,
        TemporalPatchSize = vision.TemporalPatchSize,
        MergeSize = vision.SpatialMergeSize,
    };

    /// <summary>These settings, when they make patches as the tower takes them.</summary>
    internal Result<Qwen3VlImageConfig, LoadError> Fit(Qwen3VlVisionConfig vision, string file)
    {
        var found = (PatchSize, TemporalPatchSize, MergeSize);
        var expected = (vision.PatchSize, vision.TemporalPatchSize, vision.SpatialMergeSize);
        return found == expected
            ? this
            : new LoadError($"{file}: patch_size, temporal_patch_size, merge_size: found {found}, expected the vision tower's {expected}", file);
    }

    private static Qwen3VlImageConfig Read(JsonElement json, Qwen3VlImageConfig defaults)
    {
        var size = ProcessorSettings.Find(json, "size");
        var least = ProcessorSettings.Find(json, "min_pixels") ?? size?.GetProperty("shortest_edge");
        var most = ProcessorSettings.Find(json, "max_pixels") ?? size?.GetProperty("longest_edge");
        return new Qwen3VlImageConfig(
            ProcessorSettings.Find(json, "patch_size")?.GetInt32() ?? defaults.PatchSize,
            ProcessorSettings.Find(json, "temporal_patch_size")?.GetInt32() ?? defaults.TemporalPatchSize,
            ProcessorSettings.Find(json, "merge_size")?.GetInt32() ?? defaults.MergeSize,
            new PixelBounds(least?.GetInt32() ?? defaults.Bounds.Min, most?.GetInt32() ?? defaults.Bounds.Max),
            PixelScaling.Read(json, PixelScaling.Default));
    }

    private static bool IsSize(JsonElement value) => value.ValueKind == JsonValueKind.Object
        && ProcessorSettings.Find(value, "shortest_edge") is { } least && IsPixels(least)
        && ProcessorSettings.Find(value, "longest_edge") is { } most && IsPixels(most);

    private static bool IsPixels(JsonElement value) => ProcessorSettings.IsInteger(value, 1, MostPixels);

    private static bool IsPatch(JsonElement value) => ProcessorSettings.IsInteger(value, 1, LargestPatch);
}
