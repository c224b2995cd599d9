using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Models.Qwen3Vl;

/// <summary>
/// What <c>video_preprocessor_config.json</c> says; what is missing has the value that the published checkpoints give.
/// </summary>
/// <param name="Frames">Of the pixels; its bounds are on all frames together.</param>
public sealed record Qwen3VlVideoConfig(Qwen3VlImageConfig Frames, FrameRate Rate)
{
    private const int MostFrames = 1 << 20;

    public static Qwen3VlVideoConfig Default { get; } = new(
        Qwen3VlImageConfig.Default with { Bounds = new PixelBounds(Min: 4096, Max: 25165824) }, FrameRate.Default);

    private static readonly ImmutableArray<SettingRule> Rules =
    [
        new("fps", "a number above 0", value => ProcessorSettings.IsNumber(value, number => number > 0)),
        new("min_frames", $"an integer from 1 to {MostFrames}", IsFrames),
        new("max_frames", $"an integer from 1 to {MostFrames}", IsFrames),
        new("num_frames", "null, because fps says how many", _ => false),
        new("do_sample_frames", "true", value => value.ValueKind == JsonValueKind.True),
    ];

    /// <summary>Reads the settings of a checkpoint, or takes the defaults; patches come out as the tower takes them.</summary>
    public static Result<Qwen3VlVideoConfig, LoadError> Load(string directory, Qwen3VlVisionConfig vision) =>
        ProcessorSettings.FindVideo(directory) is { } node
            ? Parse(node.Json, node.File).Bind(config => config.Frames.Fit(vision, node.File).Map(_ => config))
            : Default with { Frames = Default.Frames.Of(vision) };

    /// <param name="json">The file's root, or the <c>video_processor</c> object of a newer <c>processor_config.json</c>.</param>
    /// <param name="file">The file's name, for the error.</param>
    public static Result<Qwen3VlVideoConfig, LoadError> Parse(JsonElement json, string file) =>
        Qwen3VlImageConfig.Parse(json, file, Default.Frames).Bind(frames =>
            ProcessorSettings.Check(json, file, Rules).Map(Read).Bind(Result<Qwen3VlVideoConfig, LoadError> (rate) =>
                rate.MinFrames <= rate.MaxFrames
                    ? new Qwen3VlVideoConfig(frames, rate)
                    : new LoadError($"{file}: 'max_frames': found {rate.MaxFrames}, expected at least min_frames {rate.MinFrames}", file)));

    private static FrameRate Read(JsonElement json) => new(
        ProcessorSettings.Find(json, "fps")?.GetDouble() ?? FrameRate.Default.FramesPerSecond,
        ProcessorSettings.Find(json, "min_frames")?.GetInt32() ?? FrameRate.Default.MinFrames,
        ProcessorSettings.Find(json, "max_frames")?.GetInt32() ?? FrameRate.Default.MaxFrames);

    private static bool IsFrames(JsonElement value) => ProcessorSettings.IsInteger(value, 1, MostFrames);
}
