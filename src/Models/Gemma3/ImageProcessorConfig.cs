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
/// <param name="Filter">How to resize.</param>
/// <param name="RescaleFactor">What levels 0..255 are multiplied by.</param>
/// <param name="Mean">Subtracted from each channel afterwards.</param>
/// <param name="Deviation">Each channel is divided by it last.</param>
public sealed record ImageProcessorConfig(
    int Height,
    int Width,
    ResampleFilter Filter,
    double RescaleFactor,
    ImmutableArray<double> Mean,
    ImmutableArray<double> Deviation)
{
    private const int LargestSide = 8192;
    private const int BilinearNumber = 2;

    public static ImageProcessorConfig Default { get; } = new(
        Height: 224, Width: 224, ResampleFilter.Bilinear, RescaleFactor: 1.0 / 255, Mean: [0.5, 0.5, 0.5], Deviation: [0.5, 0.5, 0.5]);

    private static readonly ImmutableArray<Rule> Rules =
    [
        new("size", $"a side, or an object of height and width, within 1 to {LargestSide}", IsSize),
        new("resample", $"{BilinearNumber} (bilinear)", value => IsNumber(value, number => number == BilinearNumber)),
        new("rescale_factor", "a number above 0", value => IsNumber(value, number => number > 0)),
        new("image_mean", "one number, or one a channel", value => IsPerChannel(value, _ => true)),
        new("image_std", "one number above 0, or one a channel", value => IsPerChannel(value, number => number > 0)),
        new("do_resize", "true", value => value.ValueKind == JsonValueKind.True),
        new("do_rescale", "true or false", IsBoolean),
        new("do_normalize", "true or false", IsBoolean),
        new("do_pan_and_scan", "false", value => value.ValueKind == JsonValueKind.False),
    ];

    /// <summary>
    /// Reads the settings of a checkpoint: <c>preprocessor_config.json</c>, else the <c>image_processor</c> of <c>processor_config.json</c>, else the
    /// defaults. Pixels come out in the size that the tower takes.
    /// </summary>
    public static Result<ImageProcessorConfig, LoadError> Load(string directory, Gemma3VisionConfig vision)
    {
        var settings = ReadObject(directory, "preprocessor_config.json", root => root)
            ?? ReadObject(directory, "processor_config.json", root => root.Object("image_processor"));
        return settings is not { } node
            ? Default with { Height = vision.ImageSize, Width = vision.ImageSize }
            : Parse(node.Json, node.File).Bind(Result<ImageProcessorConfig, LoadError> (config) =>
                config.Height == vision.ImageSize && config.Width == vision.ImageSize
                    ? config
                    : new LoadError($"'size': found {config.Height} x {config.Width}, expected the vision tower's {vision.ImageSize}", node.File));
    }

    private static ConfigNode? ReadObject(string directory, string file, Func<ConfigNode, ConfigNode?> select) =>
        System.IO.File.Exists(Path.Combine(directory, file)) ? select(ConfigNode.Read(directory, file)) : null;

    /// <param name="json">The file's root, or the <c>image_processor</c> object of a newer <c>processor_config.json</c>.</param>
    /// <param name="file">The file's name, for the error.</param>
    public static Result<ImageProcessorConfig, LoadError> Parse(JsonElement json, string file)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return new LoadError($"image processor settings: found {json.ValueKind}, expected an object", file);
        }
        foreach (var rule in Rules)
        {
            if (Find(json, rule.Key) is { } value && !rule.IsLegal(value))
            {
                return new LoadError($"'{rule.Key}': found {value.GetRawText()}, expected {rule.Expected}", file);
            }
        }
        return Read(json);
    }

    /// <summary>Reads settings that obey the rules.</summary>
    private static ImageProcessorConfig Read(JsonElement json)
    {
        var isRescaled = Find(json, "do_rescale")?.GetBoolean() ?? true;
        var isNormalized = Find(json, "do_normalize")?.GetBoolean() ?? true;
        var size = Find(json, "size");
        return new ImageProcessorConfig(
            size is null ? Default.Height : SideOf(size.Value, "height"),
            size is null ? Default.Width : SideOf(size.Value, "width"),
            Default.Filter,
            isRescaled ? Find(json, "rescale_factor")?.GetDouble() ?? Default.RescaleFactor : 1,
            isNormalized ? PerChannel(json, "image_mean") ?? Default.Mean : [0, 0, 0],
            isNormalized ? PerChannel(json, "image_std") ?? Default.Deviation : [1, 1, 1]);
    }

    private static JsonElement? Find(JsonElement json, string key) =>
        json.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static int SideOf(JsonElement size, string key) =>
        (size.ValueKind == JsonValueKind.Object ? size.GetProperty(key) : size).GetInt32();

    private static ImmutableArray<double>? PerChannel(JsonElement json, string key) => Find(json, key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } values => [.. values.EnumerateArray().Select(value => value.GetDouble())],
        { } value => [.. Enumerable.Repeat(value.GetDouble(), PixelImage.Channels)],
    };

    private static bool IsSize(JsonElement value) => value.ValueKind == JsonValueKind.Object
        ? Find(value, "height") is { } height && IsSide(height) && Find(value, "width") is { } width && IsSide(width)
        : IsSide(value);

    private static bool IsSide(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var side) && side is >= 1 and <= LargestSide;

    private static bool IsBoolean(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False;

    private static bool IsNumber(JsonElement value, Func<double, bool> isLegal) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) && isLegal(number);

    private static bool IsPerChannel(JsonElement value, Func<double, bool> isLegal) => value.ValueKind == JsonValueKind.Array
        ? value.GetArrayLength() == PixelImage.Channels && value.EnumerateArray().All(number => IsNumber(number, isLegal))
        : IsNumber(value, isLegal);

    /// <summary>What a key may hold, if it is there.</summary>
    private sealed record Rule(string Key, string Expected, Func<JsonElement, bool> IsLegal);
}
