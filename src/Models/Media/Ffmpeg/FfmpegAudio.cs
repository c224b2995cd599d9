using MlxActors.Models.Media.Audio;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Ffmpeg;

/// <summary>Sound by ffmpeg: all channels at the file's own rate, as WAV, which is then read like any other.</summary>
internal static class FfmpegAudio
{
    /// <summary>The chunks before the samples.</summary>
    private const int WavHeaders = 1 << 12;

    public static Result<AudioClip, MediaError> Decode(
        Ffmpeg ffmpeg, MediaFormat format, ReadOnlyMemory<byte> content, AudioLimits limits, CancellationToken cancellationToken) =>
        ffmpeg.Use(format, MediaKind.Audio, content, (session, token) => ReadWavAsync(session, limits, token), cancellationToken)
            .Bind(wav => WavDecoder.Decode(wav, limits).MapError(error => Rename(error, format)));

    private static Task<Result<ReadOnlyMemory<byte>, MediaError>> ReadWavAsync(
        FfmpegSession session, AudioLimits limits, CancellationToken cancellationToken) =>
        session.FfmpegAsync<ReadOnlyMemory<byte>>(
            [],
            ["-map", "0:a:0", "-c:a", "pcm_f32le", "-f", "wav"],
            async (output, token) =>
            {
                var most = Math.Min((limits.MaxSamples * sizeof(float)) + WavHeaders, Array.MaxLength);
                return await output.ReadToEndAsync(most, token) is { } wav
                    ? wav
                    : new MediaError.TooLarge(session.Format, $"more than {limits.MaxSamples} samples", $"{limits.MaxSamples} samples");
            },
            cancellationToken);

    /// <summary>The file that was sent is at fault, not the WAV that became of it.</summary>
    private static MediaError Rename(MediaError error, MediaFormat format) => error switch
    {
        MediaError.TooLarge tooLarge => tooLarge with { Format = format },
        MediaError.Malformed malformed => new MediaError.Undecodable(format, malformed.Problem),
        _ => error,
    };
}
