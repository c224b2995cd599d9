using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Ffmpeg;

/// <summary>Pictures by ffmpeg; of an animation the first frame.</summary>
internal static class FfmpegImages
{
    public static Result<PixelImage, MediaError> Decode(
        Ffmpeg ffmpeg,
        MediaFormat format,
        ReadOnlyMemory<byte> content,
        ImageLimits limits,
        Transparency transparency,
        CancellationToken cancellationToken)
    {
        var orientation = EmbeddedOrientation.Of(format, content.Span);
        return ffmpeg
            .Use(format, MediaKind.Image, content, (session, token) => ReadFirstAsync(session, limits, orientation is not null, token), cancellationToken)
            .Map(picture => picture.ToImage(transparency).Orient(orientation ?? Orientation.Upright));
    }

    /// <param name="isOrientedHere">Whether a version of ffmpeg that orients the picture itself must not.</param>
    private static Task<Result<PamPicture, MediaError>> ReadFirstAsync(
        FfmpegSession session, ImageLimits limits, bool isOrientedHere, CancellationToken cancellationToken) =>
        session.FfmpegAsync<PamPicture>(
            [.. isOrientedHere ? ["-noautorotate"] : Array.Empty<string>(), "-max_pixels", $"{Math.Min(limits.MaxPixels, int.MaxValue)}"],
            ["-map", "0:v:0", "-frames:v", "1", "-pix_fmt", "rgba", "-c:v", "pam", "-f", "image2pipe"],
            async (output, token) => (await output.ReadPicturesAsync(session.Format, limits, most: 1, token))
                .Bind(Result<PamPicture, MediaError> (pictures) => pictures is [var picture]
                    ? picture
                    : new MediaError.Undecodable(session.Format, "it holds no picture")),
            cancellationToken);
}
