using System.Collections.Immutable;
using System.Text.Json;

namespace MlxActors.Models.Media;

/// <summary>From levels 0..255 to what a tower takes: <c>(level · rescale − mean) / deviation</c>.</summary>
/// <param name="RescaleFactor">What levels are multiplied by.</param>
/// <param name="Mean">Subtracted from each channel afterwards.</param>
/// <param name="Deviation">Each channel is divided by it last.</param>
public sealed record PixelScaling(double RescaleFactor, ImmutableArray<double> Mean, ImmutableArray<double> Deviation)
{
    private const int Levels = byte.MaxValue + 1;

    public static PixelScaling Default { get; } = new(RescaleFactor: 1.0 / 255, Mean: [0.5, 0.5, 0.5], Deviation: [0.5, 0.5, 0.5]);

    /// <summary>Levels as numbers from 0 to 1.</summary>
    public static PixelScaling Unnormalized { get; } = new(RescaleFactor: 1.0 / 255, Mean: [0, 0, 0], Deviation: [1, 1, 1]);

    internal static ImmutableArray<SettingRule> Rules { get; } =
    [
        new("rescale_factor", "a number above 0", value => ProcessorSettings.IsNumber(value, number => number > 0)),
        new("image_mean", "one number, or one a channel", value => IsPerChannel(value, _ => true)),
        new("image_std", "one number above 0, or one a channel", value => IsPerChannel(value, number => number > 0)),
        new("do_rescale", "true or false", ProcessorSettings.IsBoolean),
        new("do_normalize", "true or false", ProcessorSettings.IsBoolean),
    ];

    /// <summary>By channel: the value of each level.</summary>
    public ImmutableArray<float[]> ValuesOfLevels() =>
    [
        .. Mean.Zip(Deviation, (mean, deviation) =>
            Enumerable.Range(0, Levels).Select(level => (float)(((level * RescaleFactor) - mean) / deviation)).ToArray()),
    ];

    /// <summary>Reads settings that obey the rules.</summary>
    /// <param name="defaults">Of the family; <see cref="Unnormalized"/> where normalizing is not what happens unless asked for.</param>
    internal static PixelScaling Read(JsonElement json, PixelScaling defaults)
    {
        var isRescaled = ProcessorSettings.Find(json, "do_rescale")?.GetBoolean() ?? true;
        var isNormalized = ProcessorSettings.Find(json, "do_normalize")?.GetBoolean() ?? (defaults != Unnormalized);
        return new PixelScaling(
            isRescaled ? ProcessorSettings.Find(json, "rescale_factor")?.GetDouble() ?? Default.RescaleFactor : 1,
            isNormalized ? PerChannel(json, "image_mean") ?? Default.Mean : [0, 0, 0],
            isNormalized ? PerChannel(json, "image_std") ?? Default.Deviation : [1, 1, 1]);
    }

    private static ImmutableArray<double>? PerChannel(JsonElement json, string key) => ProcessorSettings.Find(json, key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } values => [.. values.EnumerateArray().Select(value => value.GetDouble())],
        { } value => [.. Enumerable.Repeat(value.GetDouble(), PixelImage.Channels)],
    };

    private static bool IsPerChannel(JsonElement value, Func<double, bool> isLegal) => value.ValueKind == JsonValueKind.Array
        ? value.GetArrayLength() == PixelImage.Channels && value.EnumerateArray().All(number => ProcessorSettings.IsNumber(number, isLegal))
        : ProcessorSettings.IsNumber(value, isLegal);
}
