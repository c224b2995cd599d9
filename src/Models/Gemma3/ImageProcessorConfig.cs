using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Models.Gemma3;

/// <summary>
/// What <c>preprocessor_config.json</c> says of images. A missing key, or null, has the default of transformers' Gemma3ImageProcessor.
/// </summary>
/// <param name="Height">Rows that the vision tower takes; the aspect ratio is not kept.</param>
/// <param name="Width">Pixels a row.</param>
public sealed record ImageProcessorConfig(int Height, int Width, ResampleFilter Filter, PixelScaling Scaling)
{
    private const int LargestSide = 8192;
    private const int BilinearNumber = 2;

    public static ImageProcessorConfig Default { get; } = new(Height: 224, Width: 224, ResampleFilter.Bilinear, PixelScaling.Default);

    private static readonly ImmutableArray<SettingRule> Rules =
    [
        new("size", $"a side, or an object of height and width, within 1 to {LargestSide}", IsSize),
        new("resample", $"{BilinearNumber} (bilinear)", value => ProcessorSettings.IsNumber(value, number => number == BilinearNumber)),
        new("do_resize", "true", value => value.ValueKind == JsonValueKind.True),
        new("do_pan_and_scan", "false", value => value.ValueKind == JsonValueKind.False),
        .. PixelScaling.Rules,
    ];

    /// <summary>Reads the settings of a checkpoint, or takes the defaults. Pixels come out in the size that the tower takes.</summary>
    public static Result<ImageProcessorConfig, LoadError> Load(string directory, Gemma3VisionConfig vision) =>
        ProcessorSettings.Find(directory) is { } node
            ? Parse(node.Json, node.File).Bind(config => Fit(config, vision.ImageSize, node.File))
            : Default with { Height = vision.ImageSize, Width = vision.ImageSize };

    /// <param name="json">The file's root, or the <c>image_processor</c> object of a newer <c>processor_config.json</c>.</param>
    /// <param name="file">The file's name, for the error.</param>
    public static Result<ImageProcessorConfig, LoadError> Parse(JsonElement json, string file) =>
        ProcessorSettings.Check(json, file, Rules).Map(Read);

    private static Result<ImageProcessorConfig, LoadError> Fit(ImageProcessorConfig config, int side, string file) =>
        config.Height == side && config.Width == side
            ? config
            : new LoadError($"{file}: 'size': found {config.Height} x {config.Width}, expected the vision tower's {side}", file);

    private static ImageProcessorConfig Read(JsonElement json) => ProcessorSettings.Find(json, "size") is { } size
        ? new ImageProcessorConfig(SideOf(size, "height"), SideOf(size, "width"), Default.Filter, PixelScaling.Read(json))
        : Default with { Scaling = PixelScaling.Read(json) };

    private static int SideOf(JsonElement size, string key) =>
        (size.ValueKind == JsonValueKind.Object ? size.GetProperty(key) : size).GetInt32();

    private static bool IsSize(JsonElement value) => value.ValueKind == JsonValueKind.Object
        ? ProcessorSettings.Find(value, "height") is { } height && IsSide(height)
            && ProcessorSettings.Find(value, "width") is { } width && IsSide(width)
        : IsSide(value);

    private static bool IsSide(JsonElement value) => ProcessorSettings.IsInteger(value, 1, LargestSide);
}
