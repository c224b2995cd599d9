using System.Collections.Immutable;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Ffmpeg;

/// <summary>Chosen frames of a video by ffmpeg, upright.</summary>
internal static class FfmpegVideos
{
    private delegate Task<Result<VideoProbe, MediaError>> Probe(FfmpegSession session, CancellationToken cancellationToken);

    public static Result<VideoFrames, MediaError> Decode(
        Ffmpeg ffmpeg,
        MediaFormat format,
        ReadOnlyMemory<byte> content,
        MediaLimits limits,
        ChooseFrames choose,
        CancellationToken cancellationToken) =>
        ffmpeg.Use(format, MediaKind.Video, content, (session, token) => DecodeAsync(session, limits, choose, token), cancellationToken);

    private static async Task<Result<VideoFrames, MediaError>> DecodeAsync(
        FfmpegSession session, MediaLimits limits, ChooseFrames choose, CancellationToken cancellationToken)
    {
        // Containers list packets, of which some codecs hide a few, and some may be damaged: then what counts is what comes out.
        foreach (var probe in (Probe[])[VideoProbe.OfPacketsAsync, VideoProbe.OfFramesAsync])
        {
            switch (await TakeAsync(session, await probe(session, cancellationToken), limits, choose, cancellationToken))
            {
                case Result<VideoFrames?, MediaError>.Error(var reason):
                    return reason;
                case Result<VideoFrames?, MediaError>.Ok({ } video):
                    return video;
            }
        }
        return new MediaError.Undecodable(session.Format, "not all of the frames that it lists come out");
    }

    /// <returns>Null when fewer frames come out than were chosen.</returns>
    private static Task<Result<VideoFrames?, MediaError>> TakeAsync(
        FfmpegSession session,
        Result<VideoProbe, MediaError> probed,
        MediaLimits limits,
        ChooseFrames choose,
        CancellationToken cancellationToken) =>
        probed.Bind(probe => Check(session.Format, probe, choose(probe.Info), limits)).Match(
            async chosen =>
            {
                int[] distinct = [.. chosen.Frames.Distinct()];
                var extracted = await ExtractAsync(session, chosen.Probe, distinct, limits.Images, cancellationToken);
                return extracted.Map(frames => frames.Length < distinct.Length
                    ? null
                    : new VideoFrames(chosen.Probe.Info, [.. chosen.Frames.Select(index => frames[Array.IndexOf(distinct, index)])]));
            },
            error => Task.FromResult(Result.Error<VideoFrames?, MediaError>(error)));

    private static Result<(VideoProbe Probe, ImmutableArray<int> Frames), MediaError> Check(
        MediaFormat format, VideoProbe probe, ImmutableArray<int> chosen, MediaLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfZero(chosen.Length, nameof(chosen));
        ArgumentOutOfRangeException.ThrowIfNegative(chosen[0], nameof(chosen));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(chosen[^1], probe.Info.Frames, nameof(chosen));
        var pixels = (long)probe.Width * probe.Height;
        return (chosen.Length > limits.Video.MaxFrames, pixels > limits.Video.MaxPixels / chosen.Length) switch
        {
            (true, _) => new MediaError.TooLarge(format, $"{chosen.Length} frames to look at", $"{limits.Video.MaxFrames} frames"),
            (_, true) => new MediaError.TooLarge(
                format, $"{chosen.Length} frames of {probe.Width} x {probe.Height} pixels", $"{limits.Video.MaxPixels} pixels in all"),
            _ => limits.Images.Check(format, probe.Width, probe.Height).Map(_ => (probe, chosen)),
        };
    }

    private static Task<Result<ImmutableArray<PixelImage>, MediaError>> ExtractAsync(
        FfmpegSession session, VideoProbe probe, int[] frames, ImageLimits limits, CancellationToken cancellationToken) =>
        session.FfmpegAsync<ImmutableArray<PixelImage>>(
            ["-max_pixels", $"{Math.Min(limits.MaxPixels, int.MaxValue)}"],
            [
                "-map", "0:v:0", "-vf", $"select='{string.Join('+', frames.Select(index => $"eq(n,{index})"))}'",
                // Frames as they come, none repeated or left out to keep a rate.
                probe.HasFpsMode ? "-fps_mode" : "-vsync", "passthrough",
                "-frames:v", $"{frames.Length}", "-pix_fmt", "rgb24", "-c:v", "pam", "-f", "image2pipe",
            ],
            async (output, token) => (await output.ReadPicturesAsync(session.Format, limits, frames.Length, token)).Bind(pictures =>
                OfOneSize(session.Format, pictures)),
            cancellationToken);

    private static Result<ImmutableArray<PixelImage>, MediaError> OfOneSize(MediaFormat format, List<PamPicture> pictures) =>
        pictures.DistinctBy(picture => picture.Size).Count() > 1
            ? new MediaError.Undecodable(format, "its frames are not of one size")
            : pictures.Select(picture => picture.ToImage(Transparency.Dropped)).ToImmutableArray();
}
