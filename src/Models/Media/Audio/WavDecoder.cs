using System.Numerics.Tensors;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Audio;

/// <summary>
/// WAV in, samples out: integers of 8 to 32 bits, floats, A-law and mu-law; plain or extensible, RIFF or RF64, streamed or finished.
/// Total: any bytes end in samples or in an error.
/// </summary>
public static class WavDecoder
{
    /// <summary>Far beyond any recording, scaled as integers or not, and as far below what sums of squares can hold.</summary>
    private const float HighestLevel = 1L << 32;

    /// <summary>The mean of all channels at the file's own rate. Floats are taken as they are, not clipped.</summary>
    public static Result<AudioClip, MediaError> Decode(ReadOnlyMemory<byte> content, AudioLimits limits) =>
        WavFile.Read(content).Bind(file => Check(file, limits) is { } error
            ? error
            : Validate(new AudioClip(WavSamples.Mono(file), file.Format.SampleRate)));

    internal static MediaError.Malformed Malformed(string problem) => new(MediaFormat.Wav, problem);

    private static MediaError? Check(WavFile file, AudioLimits limits)
    {
        var (frames, format) = (file.Data.Length / file.Format.BytesPerFrame, file.Format);
        return frames == 0
            ? Malformed("it holds no samples")
            : limits.Check(MediaFormat.Wav, frames, format.Channels, format.SampleRate);
    }

    private static Result<AudioClip, MediaError> Validate(AudioClip clip)
    {
        // The largest is not a number if any sample is none.
        var highest = TensorPrimitives.MaxMagnitude<float>(clip.Samples);
        return Math.Abs(highest) <= HighestLevel ? clip : Malformed("a sample is not a number, infinite or far out of scale");
    }
}
