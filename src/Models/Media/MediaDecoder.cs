using MlxActors.Models.Media.Audio;
using MlxActors.Models.Media.Ffmpeg;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media;

/// <summary>
/// Decodes PNG, JPEG and WAV itself, and hands every other format to ffmpeg, where there is one. What a file is, its bytes decide.
/// </summary>
/// <param name="limits">What a file may cost.</param>
/// <param name="ffmpeg">Where ffmpeg is, and what it may cost.</param>
/// <param name="time">Measures ffmpeg's time limit.</param>
public sealed class MediaDecoder(MediaLimits limits, FfmpegSettings ffmpeg, TimeProvider time) : IMediaDecoder
{
    private readonly Ffmpeg.Ffmpeg _ffmpeg = new(ffmpeg, time);

    /// <summary>Decodes what needs no ffmpeg.</summary>
    public MediaDecoder(ImageLimits images)
        : this(MediaLimits.Default with { Images = images }, FfmpegSettings.Off, TimeProvider.System)
    {
    }

    public Result<PixelImage, MediaError> Image(
        ReadOnlyMemory<byte> content, Transparency transparency, CancellationToken cancellationToken) =>
        MediaSniffer.Sniff(content.Span) switch
        {
            MediaFormat.Png or MediaFormat.Jpeg => ImageDecoder.Decode(content, limits.Images, transparency),
            var format when MediaKind.Image.Formats().Contains(format) =>
                FfmpegImages.Decode(_ffmpeg, format, content, limits.Images, transparency, cancellationToken),
            var other => new MediaError.UnsupportedFormat(other, MediaKind.Image),
        };

    public Result<AudioClip, MediaError> Audio(ReadOnlyMemory<byte> content, int sampleRate, CancellationToken cancellationToken) =>
        DecodeAudio(content, cancellationToken).Map(clip => clip.At(sampleRate));

    public Result<VideoFrames, MediaError> Video(ReadOnlyMemory<byte> content, ChooseFrames choose, CancellationToken cancellationToken) =>
        MediaSniffer.Sniff(content.Span) switch
        {
            var format when MediaKind.Video.Formats().Contains(format) =>
                FfmpegVideos.Decode(_ffmpeg, format, content, limits, choose, cancellationToken),
            var other => new MediaError.UnsupportedFormat(other, MediaKind.Video),
        };

    private Result<AudioClip, MediaError> DecodeAudio(ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        MediaSniffer.Sniff(content.Span) switch
        {
            MediaFormat.Wav => WavDecoder.Decode(content, limits.Audio) switch
            {
                // A WAV can wrap a compressed encoding.
                Result<AudioClip, MediaError>.Error(MediaError.UnsupportedVariant) =>
                    FfmpegAudio.Decode(_ffmpeg, MediaFormat.Wav, content, limits.Audio, cancellationToken),
                var decoded => decoded,
            },
            var format when MediaKind.Audio.Formats().Contains(format) =>
                FfmpegAudio.Decode(_ffmpeg, format, content, limits.Audio, cancellationToken),
            var other => new MediaError.UnsupportedFormat(other, MediaKind.Audio),
        };
}
