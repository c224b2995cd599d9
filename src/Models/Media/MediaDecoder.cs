using MlxActors.Models.Media.Audio;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media;

/// <summary>Decodes PNG, JPEG and WAV.</summary>
public sealed class MediaDecoder(ImageLimits limits) : IMediaDecoder
{
    public Result<PixelImage, MediaError> Image(
        ReadOnlyMemory<byte> content, Transparency transparency, CancellationToken cancellationToken) =>
        ImageDecoder.Decode(content, limits, transparency);

    public Result<AudioClip, MediaError> Audio(ReadOnlyMemory<byte> content, int sampleRate, CancellationToken cancellationToken) =>
        MediaSniffer.Sniff(content.Span) switch
        {
            MediaFormat.Wav => WavDecoder.Decode(content, AudioLimits.Default).Map(clip => clip.At(sampleRate)),
            var other => new MediaError.UnsupportedFormat(other, MediaKind.Audio),
        };

    public Result<VideoFrames, MediaError> Video(ReadOnlyMemory<byte> content, ChooseFrames choose, CancellationToken cancellationToken) =>
        new MediaError.UnsupportedFormat(MediaSniffer.Sniff(content.Span), MediaKind.Video);
}
