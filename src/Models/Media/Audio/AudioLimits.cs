namespace MlxActors.Models.Media.Audio;

/// <summary>What one clip may cost. Checked before memory is taken for samples.</summary>
/// <param name="MaxSeconds">Length at the clip's own rate.</param>
/// <param name="MaxSamples">Samples of all channels: what a decoder outside this process may hand over.</param>
public sealed record AudioLimits(double MaxSeconds, long MaxSamples)
{
    /// <summary>Ten minutes; 64 million samples are eleven minutes of stereo at 48 kHz.</summary>
    public static AudioLimits Default { get; } = new(MaxSeconds: 600, MaxSamples: 64_000_000);

    internal MediaError? Check(MediaFormat format, long frames, int channels, int sampleRate)
    {
        var seconds = (double)frames / sampleRate;
        return (seconds > MaxSeconds, frames > MaxSamples / channels) switch
        {
            (true, _) => new MediaError.TooLarge(format, $"{seconds:0.#} seconds of sound", $"{MaxSeconds:0.#} seconds"),
            (_, true) => new MediaError.TooLarge(format, $"{frames} samples in {channels} channels", $"{MaxSamples} samples"),
            _ => null,
        };
    }
}
