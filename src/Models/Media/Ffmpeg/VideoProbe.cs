using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Ffmpeg;

/// <summary>What is known of a video before its frames are taken.</summary>
/// <param name="Width">As coded, before rotation.</param>
/// <param name="Height">Likewise.</param>
/// <param name="HasFpsMode">Whether this ffmpeg is of version 5.1 or above, and calls the option by its newer name.</param>
internal sealed partial record VideoProbe(VideoInfo Info, int Width, int Height, bool HasFpsMode)
{
    /// <summary>A line for each frame: some two hours of video.</summary>
    private const int MostBytes = 16 << 20;

    private static readonly Version FpsModeSince = new(5, 1);

    /// <summary>For ffmpeg: frames as they come, none repeated or left out to keep a rate.</summary>
    public ImmutableArray<string> EachFrameOnce => [HasFpsMode ? "-fps_mode" : "-vsync", "passthrough"];

    /// <summary>Counts what the container lists, which costs no decoding.</summary>
    public static Task<Result<VideoProbe, MediaError>> ReadAsync(FfmpegSession session, CancellationToken cancellationToken) =>
        session.FfprobeAsync(
            [
                "-select_streams", "v:0", "-show_program_version",
                "-show_entries", "program_version=version:stream=width,height,avg_frame_rate:packet=pts_time,flags", "-of", "compact",
            ],
            (output, token) => ReadTextAsync(session.Format, output, text => Parse(session.Format, text), token),
            cancellationToken);

    /// <summary>Counts what comes out of the decoder: fewer frames, where some are hidden or damaged.</summary>
    public Task<Result<VideoProbe, MediaError>> RecountAsync(FfmpegSession session, CancellationToken cancellationToken) =>
        session.FfmpegAsync(
            [],
            ["-map", "0:v:0", .. EachFrameOnce, "-f", "framecrc"],
            (output, token) => ReadTextAsync(session.Format, output, text => Recount(session.Format, text), token),
            cancellationToken);

    private static async Task<Result<VideoProbe, MediaError>> ReadTextAsync(
        MediaFormat format, Stream output, Func<string, Result<VideoProbe, MediaError>> parse, CancellationToken cancellationToken) =>
        await output.ReadToEndAsync(MostBytes, cancellationToken) is { } text
            ? parse(Encoding.UTF8.GetString(text.Span))
            : new MediaError.TooLarge(format, "a longer list of frames", $"{MostBytes} bytes of it");

    /// <summary>Lines of <c>section|key=value|key=value</c>.</summary>
    private static Result<VideoProbe, MediaError> Parse(MediaFormat format, string text)
    {
        var sections = text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('|'))
            .ToLookup(fields => fields[0]);
        var times = sections["packet"]
            .Where(packet => Field(packet, "flags") is not { } flags || !flags.Contains('D', StringComparison.Ordinal))
            .Select(packet => Number(Field(packet, "pts_time")))
            .ToArray();
        if (sections["stream"].FirstOrDefault() is not { } stream
            || Number(Field(stream, "width")) is not (> 0 and <= int.MaxValue and var width)
            || Number(Field(stream, "height")) is not (> 0 and <= int.MaxValue and var height)
            || times.Length == 0)
        {
            return NoVideo(format);
        }
        var version = sections["program_version"].Select(line => Field(line, "version")).FirstOrDefault();
        return new VideoProbe(
            Describe(times, Ratio(Field(stream, "avg_frame_rate"))), (int)width, (int)height, IsSince(version, FpsModeSince));
    }

    /// <summary>Lines of <c>stream, dts, pts, duration, size, checksum</c>, behind comments of which one says the unit of time.</summary>
    private Result<VideoProbe, MediaError> Recount(MediaFormat format, string text)
    {
        const string unitComment = "#tb 0:";
        const int ptsColumn = 2;
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var unit = Ratio(lines.FirstOrDefault(line => line.StartsWith(unitComment, StringComparison.Ordinal))?[unitComment.Length..]);
        var frames = lines.Where(line => !line.StartsWith('#'));
        var times = frames.Select(line => Number(line.Split(',').ElementAtOrDefault(ptsColumn)) * unit).ToArray();
        return times.Length == 0 ? NoVideo(format) : this with { Info = Describe(times, Info.FramesPerSecond) };
    }

    /// <param name="times">Of each frame in seconds; null where the file says none.</param>
    private static VideoInfo Describe(double?[] times, double? framesPerSecond)
    {
        ImmutableArray<double> sorted = [.. times.OfType<double>().Order()];
        if (sorted.Length < times.Length)
        {
            return new VideoInfo(times.Length, framesPerSecond ?? 1);
        }
        ImmutableArray<double> sinceFirst = [.. sorted.Select(time => time - sorted[0])];
        var measured = sinceFirst[^1] > 0 ? (times.Length - 1) / sinceFirst[^1] : 1;
        return new VideoInfo(times.Length, framesPerSecond ?? measured) { Times = sinceFirst };
    }

    private static MediaError.Undecodable NoVideo(MediaFormat format) => new(format, "it holds no video");

    private static string? Field(string[] section, string key) =>
        section.FirstOrDefault(field => field.StartsWith(key + "=", StringComparison.Ordinal))?[(key.Length + 1)..].TrimEnd('\r');

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    /// <summary>Null where nothing is known, which is written <c>0/0</c>.</summary>
    private static double? Ratio(string? text) =>
        text?.Split('/') is [var over, var under] && Number(over) / Number(under) is > 0 and < double.PositiveInfinity and var ratio
            ? ratio
            : null;

    /// <summary>Builds from a development branch carry no number, and are taken as new.</summary>
    private static bool IsSince(string? version, Version since) =>
        NumberedVersion().Match(version ?? "") is not { Success: true } match || Version.Parse(match.Groups[1].Value) >= since;

    [GeneratedRegex(@"^n?(\d{1,4}\.\d{1,4})")]
    private static partial Regex NumberedVersion();
}
