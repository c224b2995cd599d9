using MlxActors.Models.Media.Audio;

namespace MlxActors.Models.Media;

/// <summary>What media may cost, each file for itself.</summary>
/// <param name="Images">Of a picture, and of each frame of a video; <c>max-image-pixels</c> in HOCON.</param>
/// <param name="Audio"><c>max-audio-seconds</c> in HOCON.</param>
/// <param name="Video"><c>max-video-frames</c> and <c>max-video-pixels</c> in HOCON.</param>
public sealed record MediaLimits(ImageLimits Images, AudioLimits Audio, VideoLimits Video)
{
    public static MediaLimits Default { get; } = new(ImageLimits.Default, AudioLimits.Default, VideoLimits.Default);
}
