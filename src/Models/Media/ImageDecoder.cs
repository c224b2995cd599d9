using MlxActors.Models.Media.Jpeg;
using MlxActors.Models.Media.Png;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media;

/// <summary>What becomes of transparent pixels; the reference processors differ in it.</summary>
public enum Transparency
{
    /// <summary>Alpha is dropped: <c>convert("RGB")</c>.</summary>
    Dropped,

    /// <summary>Laid over white.</summary>
    OnWhite,
}

/// <summary>
/// Encoded picture in, pixels out, as Pillow's <c>ImageOps.exif_transpose</c> and <c>convert("RGB")</c> give them:
/// colour profiles and gamma ignored, EXIF orientation applied.
/// </summary>
public static class ImageDecoder
{
    /// <summary>Decodes PNG and JPEG. Total: any bytes end in a picture or in an error.</summary>
    public static Result<PixelImage, MediaError> Decode(
        ReadOnlyMemory<byte> content, ImageLimits limits, Transparency transparency = Transparency.Dropped) =>
        MediaSniffer.Sniff(content.Span) switch
        {
            MediaFormat.Png => PngDecoder.Decode(content, limits, transparency),
            MediaFormat.Jpeg => JpegDecoder.Decode(content, limits),
            var other => new MediaError.UnsupportedFormat(other, MediaKind.Image),
        };
}
