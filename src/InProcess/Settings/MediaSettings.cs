using Akka.Configuration;
using MlxActors.Models.Media;
using MlxActors.Models.Media.Audio;
using MlxActors.Models.Media.Ffmpeg;
using MlxActors.Native.Results;

namespace MlxActors.InProcess.Settings;

/// <summary>How files that come with requests are decoded: the section <c>mlxactors.media</c>.</summary>
internal sealed record MediaSettings(MediaLimits Limits, FfmpegSettings Ffmpeg)
{
    private const string Section = "mlxactors.media";

    /// <summary>Of a clip at its limit of seconds, in stereo.</summary>
    private const int SamplesPerSecond = 2 * 48_000;

    /// <param name="searchPath">Where ffmpeg is looked for when the configuration does not say.</param>
    public static Result<MediaSettings, string> Read(Config config, string searchPath)
    {
        try
        {
            var section = config.GetConfig(Section);
            return ReadLimits(section).Bind(limits => ReadFfmpeg(section, searchPath).Map(ffmpeg => new MediaSettings(limits, ffmpeg)));
        }
        catch (Exception e) when (e is FormatException or OverflowException or NotSupportedException or ConfigurationException)
        {
            return Result.Error<MediaSettings, string>($"A value in the section {Section} cannot be read: {e.Message}");
        }
    }

    private static Result<MediaLimits, string> ReadLimits(Config section)
    {
        var imagePixels = section.GetLong("max-image-pixels", 0);
        var audioSeconds = section.GetInt("max-audio-seconds", 0);
        var videoFrames = section.GetInt("max-video-frames", 0);
        var videoPixels = section.GetLong("max-video-pixels", 0);
        return imagePixels < 1 ? Wrong<MediaLimits>("max-image-pixels", "a whole number, at least 1")
            : audioSeconds < 1 ? Wrong<MediaLimits>("max-audio-seconds", "a whole number, at least 1")
            : videoFrames < 1 ? Wrong<MediaLimits>("max-video-frames", "a whole number, at least 1")
            : videoPixels < 1 ? Wrong<MediaLimits>("max-video-pixels", "a whole number, at least 1")
            : Result.Ok<MediaLimits, string>(new MediaLimits(
                ImageLimits.Default with { MaxPixels = imagePixels },
                new AudioLimits(audioSeconds, (long)audioSeconds * SamplesPerSecond),
                new VideoLimits(videoFrames, videoPixels)));
    }

    private static Result<FfmpegSettings, string> ReadFfmpeg(Config section, string searchPath)
    {
        var path = section.GetString("ffmpeg.path", "");
        var timeout = section.GetTimeSpan("ffmpeg.timeout", null, allowInfinite: false);
        var memory = section.GetByteSize("ffmpeg.max-memory") ?? 0;
        var concurrent = section.GetInt("ffmpeg.concurrent", 0);
        return timeout <= TimeSpan.Zero ? Wrong<FfmpegSettings>("ffmpeg.timeout", "a duration above zero, such as 60s")
            : memory < 1 ? Wrong<FfmpegSettings>("ffmpeg.max-memory", "a size such as 2GiB")
            : concurrent < 1 ? Wrong<FfmpegSettings>("ffmpeg.concurrent", "a whole number, at least 1")
            : Result.Ok<FfmpegSettings, string>(
                new FfmpegSettings(FfmpegLocation.Parse(path, searchPath), timeout, memory, concurrent));
    }

    private static Result<T, string> Wrong<T>(string key, string expected) =>
        Result.Error<T, string>($"{Section}.{key}: expected {expected}.");
}
