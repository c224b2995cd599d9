using MlxActors.Models.Media;
using MlxActors.Models.Media.Ffmpeg;

namespace MlxActors.Golden;

/// <summary>The decoder as a server has it, with the ffmpeg of this machine, if any.</summary>
internal static class LocalDecoder
{
    public static IMediaDecoder Instance { get; } = new MediaDecoder(MediaLimits.Default, FfmpegSettings.Default, TimeProvider.System);

    /// <summary>Skips, visibly, what this machine cannot decode.</summary>
    public static void SkipWithoutFfmpeg(MediaError error) => Skip.If(error is MediaError.NeedsFfmpeg, error.Message);
}
