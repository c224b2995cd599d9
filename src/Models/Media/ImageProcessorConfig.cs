using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media;

/// <summary>What <c>preprocessor_config.json</c> says of images. A missing key, or null, has the family's default.</summary>
/// <param name="Height">Rows that the vision tower takes; the aspect ratio is not kept.</param>
/// <param name="Width">Pixels a row.</param>
/// <param name="Order">Of the reference: Pillow's, or torchvision's.</param>
public sealed record ImageProcessorConfig(int Height, int Width, ResampleFilter Filter, PixelScaling Scaling, ResizeOrder Order)
{
    private const int LargestSide = 8192;
    private const int BilinearNumber = 2;

    /// <summary>The defaults of transformers' Gemma3ImageProcessor (image_processing_gemma3.py), on Pillow.</summary>
    public static ImageProcessorConfig Gemma3 { get; } =
        new(Height: 224, Width: 224, ResampleFilter.Bilinear, PixelScaling.Default, ResizeOrder.Pillow);

    /// <summary>What published Gemma 3n checkpoints set for SiglipImageProcessorFast, on torchvision: levels are only rescaled.</summary>
    public static ImageProcessorConfig Gemma3n { get; } =
        new(Height: 768, Width: 768, ResampleFilter.Bilinear, PixelScaling.Unnormalized, ResizeOrder.RowsFirst);

    private static readonly ImmutableArray<SettingRule> Rules =
    [
        new("size", $"a side, or an object of height and width, within 1 to {LargestSide}", IsSize),
        new("resample", $"{BilinearNumber} (bilinear)", value => ProcessorSettings.IsNumber(value, number => number == BilinearNumber)),
        new("do_resize", "true", value => value.ValueKind == JsonValueKind.True),
        new("do_pan_and_scan", "false", value => value.ValueKind == JsonValueKind.False),
        .. PixelScaling.Rules,
    ];

    /// <summary>Reads the settings of a checkpoint, or takes the defaults.</summary>
    /// <param name="defaults">Of the family.</param>
    /// <param name="side">Of the square that the vision tower takes: pixels come out in that size.</param>
    public static Result<ImageProcessorConfig, LoadError> Load(string directory, ImageProcessorConfig defaults, int side)
    {
        var fitting = defaults with { Height = side, Width = side };
        return ProcessorSettings.Find(directory) is { } node
            ? Parse(node.Json, node.File, fitting).Bind(config => Fit(config, side, node.File))
            : fitting;
    }

    /// <param name="json">The file's root, or the <c>image_processor</c> object of a newer <c>processor_config.json</c>.</param>
    /// <param name="file">The file's name, for the error.</param>
    /// <param name="defaults">Of the family.</param>
    public static Result<ImageProcessorConfig, LoadError> Parse(JsonElement json, string file, ImageProcessorConfig defaults) =>
        ProcessorSettings.Check(json, file, Rules).Map(settings => defaults.With(settings));

    private static Result<ImageProcessorConfig, LoadError> Fit(ImageProcessorConfig config, int side, string file) =>
        config.Height == side && config.Width == side
            ? config
            : new LoadError($"{file}: 'size': found {config.Height} x {config.Width}, expected the vision tower's {side}", file);

    private ImageProcessorConfig With(JsonElement json)
    {
        var scaled = this with { Scaling = PixelScaling.Read(json, Scaling) };
        return ProcessorSettings.Find(json, "size") is { } size
            ? scaled with { Height = SideOf(size, "height"), Width = SideOf(size, "width") }
            : scaled;
    }

    private static int SideOf(JsonElement size, string key) =>
        (size.ValueKind == JsonValueKind.Object ? size.GetProperty(key) : size).GetInt32();

    private static bool IsSize(JsonElement value) => value.ValueKind == JsonValueKind.Object
        ? ProcessorSettings.Find(value, "height") is { } height && IsSide(height)
            && ProcessorSettings.Find(value, "width") is { } width && IsSide(width)
        : IsSide(value);

    private static bool IsSide(JsonElement value) => ProcessorSettings.IsInteger(value, 1, LargestSide);
}
