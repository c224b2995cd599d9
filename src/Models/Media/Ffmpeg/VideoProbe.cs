using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Ffmpeg;

/// <summary>What ffprobe says of a video.</summary>
/// <param name="Width">As coded, before rotation.</param>
/// <param name="Height">Likewise.</param>
/// <param name="HasFpsMode">Whether this ffmpeg is of version 5.1 or above, and calls the option by its newer name.</param>
internal sealed partial record VideoProbe(VideoInfo Info, int Width, int Height, bool HasFpsMode)
{
    /// <summary>A line for each frame: some four hours of video.</summary>
    private const int MostBytes = 16 << 20;

    private static readonly Version FpsModeSince = new(5, 1);

    /// <summary>Counts what the container lists, which costs no decoding.</summary>
    public static Task<Result<VideoProbe, MediaError>> OfPacketsAsync(FfmpegSession session, CancellationToken cancellationToken) =>
        ReadAsync(session, "packet=pts_time,flags", cancellationToken);

    /// <summary>Counts the frames that come out of the decoder: fewer, where some are hidden or damaged.</summary>
    public static Task<Result<VideoProbe, MediaError>> OfFramesAsync(FfmpegSession session, CancellationToken cancellationToken) =>
        ReadAsync(session, "frame=best_effort_timestamp_time", cancellationToken);

    private static Task<Result<VideoProbe, MediaError>> ReadAsync(FfmpegSession session, string entries, CancellationToken cancellationToken) =>
        session.FfprobeAsync<VideoProbe>(
            [
                "-select_streams", "v:0", "-show_program_version",
                "-show_entries", $"program_version=version:stream=width,height,avg_frame_rate:{entries}", "-of", "compact",
            ],
            async (output, token) => await output.ReadToEndAsync(MostBytes, token) is { } text
                ? Parse(session.Format, Encoding.UTF8.GetString(text.Span))
                : new MediaError.TooLarge(session.Format, "a longer list of frames", $"{MostBytes} bytes of it"),
            cancellationToken);

    /// <summary>Lines of <c>section|key=value|key=value</c>.</summary>
    internal static Result<VideoProbe, MediaError> Parse(MediaFormat format, string text)
    {
        var sections = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|')).ToLookup(fields => fields[0]);
        var times = sections["packet"].Concat(sections["frame"])
            .Where(frame => Field(frame, "flags") is not { } flags || !flags.Contains('D', StringComparison.Ordinal))
            .Select(frame => Number(Field(frame, "pts_time") ?? Field(frame, "best_effort_timestamp_time")))
            .ToArray();
        if (sections["stream"].FirstOrDefault() is not { } stream
            || Number(Field(stream, "width")) is not (> 0 and <= int.MaxValue and var width)
            || Number(Field(stream, "height")) is not (> 0 and <= int.MaxValue and var height)
            || times.Length == 0)
        {
            return new MediaError.Undecodable(format, "it holds no video");
        }
        var version = sections["program_version"].Select(line => Field(line, "version")).FirstOrDefault();
        return new VideoProbe(Describe(times, Field(stream, "avg_frame_rate")), (int)width, (int)height, IsSince(version, FpsModeSince));
    }

    private static VideoInfo Describe(double?[] times, string? averageRate)
    {
        ImmutableArray<double> sorted = [.. times.OfType<double>().Order()];
        var isTimed = sorted.Length == times.Length;
        ImmutableArray<double> sinceFirst = isTimed ? [.. sorted.Select(time => time - sorted[0])] : [];
        var measured = isTimed && sinceFirst[^1] > 0 ? (times.Length - 1) / sinceFirst[^1] : 1;
        var info = new VideoInfo(times.Length, Ratio(averageRate) ?? measured);
        return isTimed ? info with { Times = sinceFirst } : info;
    }

    private static string? Field(string[] section, string key) =>
        section.FirstOrDefault(field => field.StartsWith(key + "=", StringComparison.Ordinal))?[(key.Length + 1)..].TrimEnd('\r');

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    /// <summary>Null where nothing is known, which is written <c>0/0</c>.</summary>
    private static double? Ratio(string? text) => text?.Split('/') is [var over, var under] && Number(over) / Number(under) is > 0 and var ratio
        && double.IsFinite(ratio) ? ratio : null;

    /// <summary>Builds from a development branch carry no number, and are taken as new.</summary>
    private static bool IsSince(string? version, Version since) =>
        NumberedVersion().Match(version ?? "") is not { Success: true } match || Version.Parse(match.Groups[1].Value) >= since;

    [GeneratedRegex(@"^n?(\d{1,4}\.\d{1,4})")]
    private static partial Regex NumberedVersion();
}
