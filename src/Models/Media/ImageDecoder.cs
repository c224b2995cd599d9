using MlxActors.Models.Media.Jpeg;
using MlxActors.Models.Media.Png;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media;

/// <summary>
/// Encoded picture in, pixels out, as Pillow's <c>ImageOps.exif_transpose</c> and <c>convert("RGB")</c> give them:
/// alpha dropped, colour profiles and gamma ignored, EXIF orientation applied.
/// </summary>
public static class ImageDecoder
{
    /// <summary>Decodes PNG and JPEG. Total: any bytes end in a picture or in an error.</summary>
    public static Result<PixelImage, MediaError> Decode(ReadOnlyMemory<byte> content, ImageLimits limits) =>
        ImageFormats.Sniff(content.Span) switch
        {
            ImageFormat.Png => PngDecoder.Decode(content, limits),
            ImageFormat.Jpeg => JpegDecoder.Decode(content, limits),
            var other => new MediaError.UnsupportedFormat(other),
        };
}
