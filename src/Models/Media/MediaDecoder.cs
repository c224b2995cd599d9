using MlxActors.Native.Results;

namespace MlxActors.Models.Media;

/// <summary>Decodes PNG and JPEG.</summary>
public sealed class MediaDecoder(ImageLimits limits) : IMediaDecoder
{
    public Result<PixelImage, MediaError> Image(
        ReadOnlyMemory<byte> content, Transparency transparency, CancellationToken cancellationToken) =>
        ImageDecoder.Decode(content, limits, transparency);

    public Result<AudioClip, MediaError> Audio(ReadOnlyMemory<byte> content, int sampleRate, CancellationToken cancellationToken) =>
        new MediaError.UnsupportedFormat(ImageFormats.Sniff(content.Span));

    public Result<VideoFrames, MediaError> Video(ReadOnlyMemory<byte> content, ChooseFrames choose, CancellationToken cancellationToken) =>
        new MediaError.UnsupportedFormat(ImageFormats.Sniff(content.Span));
}
