using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Audio;

/// <summary>
/// What <c>preprocessor_config.json</c> says of sound. A missing key, or null, has the default of transformers'
/// Gemma3nAudioFeatureExtractor; as there, lengths are told in milliseconds, and <c>frame_length</c>, <c>hop_length</c> and
/// <c>fft_length</c> only report what was made of them.
/// </summary>
/// <param name="SampleRate">Samples a second.</param>
/// <param name="Bins">Mel bins of a frame.</param>
/// <param name="FrameLength">Samples of a frame.</param>
/// <param name="HopLength">Samples from one frame to the next.</param>
/// <param name="FftLength">A power of two, at least the frame's length; zeros fill it up.</param>
/// <param name="LowestFrequency">Where the first mel bin begins, in hertz.</param>
/// <param name="HighestFrequency">Where the last ends.</param>
/// <param name="Preemphasis">The part of the sample before that is taken away from each sample.</param>
/// <param name="Floor">The least sum under a mel bin whose logarithm is taken.</param>
public sealed record MelSettings(
    int SampleRate,
    int Bins,
    int FrameLength,
    int HopLength,
    int FftLength,
    double LowestFrequency,
    double HighestFrequency,
    double Preemphasis,
    double Floor)
{
    private const int HighestRate = 192_000;
    private const int MostBins = 4096;
    private const double LongestFrame = 1000;

    private static readonly ImmutableArray<SettingRule> Rules =
    [
        new("sampling_rate", $"an integer from 1000 to {HighestRate}", value => ProcessorSettings.IsInteger(value, 1000, HighestRate)),
        new("feature_size", $"an integer from 1 to {MostBins}", value => ProcessorSettings.IsInteger(value, 1, MostBins)),
        new("frame_length_ms", $"milliseconds from 1 to {LongestFrame}", IsLength),
        new("hop_length_ms", $"milliseconds from 1 to {LongestFrame}", IsLength),
        new("fft_overdrive", "true or false", ProcessorSettings.IsBoolean),
        new("min_frequency", "a frequency", value => ProcessorSettings.IsNumber(value, number => number >= 0)),
        new("max_frequency", "a frequency", value => ProcessorSettings.IsNumber(value, number => number > 0)),
        new("preemphasis", "a number from 0 to 1", value => ProcessorSettings.IsNumber(value, number => number is >= 0 and <= 1)),
        new("preemphasis_htk_flavor", "true", value => value.ValueKind == JsonValueKind.True),
        new("mel_floor", "a positive number", value => ProcessorSettings.IsNumber(value, number => number > 0)),
        new("dither", "0", value => ProcessorSettings.IsNumber(value, number => number == 0)),
        new("input_scale_factor", "1", value => ProcessorSettings.IsNumber(value, number => number == 1)),
        new("padding_value", "0", value => ProcessorSettings.IsNumber(value, number => number == 0)),
        new("per_bin_mean", "null", _ => false),
        new("per_bin_stddev", "null", _ => false),
    ];

    /// <summary>Reads the settings of a checkpoint, or takes the defaults. Frames come out with as many bins as the tower takes.</summary>
    public static Result<MelSettings, LoadError> Load(string directory, int bins)
    {
        var node = ProcessorSettings.Find(directory, "feature_extractor");
        var file = node?.File ?? "preprocessor_config.json";
        return Parse(node?.Json ?? JsonSerializer.SerializeToElement(new { feature_size = bins }), file)
            .Bind(Result<MelSettings, LoadError> (settings) => settings.Bins == bins
                ? settings
                : new LoadError($"{file}: 'feature_size': found {settings.Bins}, expected the audio tower's {bins}", file));
    }

    /// <param name="json">The file's root, or the <c>feature_extractor</c> object of a newer <c>processor_config.json</c>.</param>
    /// <param name="file">The file's name, for the error.</param>
    public static Result<MelSettings, LoadError> Parse(JsonElement json, string file) =>
        ProcessorSettings.Check(json, file, Rules).Map(Read).Bind(Result<MelSettings, LoadError> (settings) =>
            settings.LowestFrequency < settings.HighestFrequency
                ? settings
                : new LoadError(
                    $"{file}: 'max_frequency': found {settings.HighestFrequency}, expected more than {settings.LowestFrequency}", file));

    private static MelSettings Read(JsonElement json)
    {
        double Number(string key, double fallback) => ProcessorSettings.Find(json, key)?.GetDouble() ?? fallback;
        var rate = ProcessorSettings.Find(json, "sampling_rate")?.GetInt32() ?? 16_000;
        int Samples(string key, double fallback) => (int)Math.Round(rate * Number(key, fallback) / 1000);
        var frame = Samples("frame_length_ms", 32);
        var overdrive = ProcessorSettings.Find(json, "fft_overdrive")?.GetBoolean() ?? true;
        return new MelSettings(
            rate,
            ProcessorSettings.Find(json, "feature_size")?.GetInt32() ?? 128,
            frame,
            Samples("hop_length_ms", 10),
            (int)BitOperations.RoundUpToPowerOf2((uint)frame) * (overdrive ? 2 : 1),
            Number("min_frequency", 125),
            Number("max_frequency", 7600),
            Number("preemphasis", 0.97),
            Number("mel_floor", 1e-5));
    }

    private static bool IsLength(JsonElement value) => ProcessorSettings.IsNumber(value, number => number is >= 1 and <= LongestFrame);
}
