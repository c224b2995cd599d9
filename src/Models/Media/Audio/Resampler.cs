using System.Numerics.Tensors;

namespace MlxActors.Models.Media.Audio;

/// <summary>
/// Changes a clip's rate by a windowed sinc. As soxr's HQ recipe, which the reference processors call, it passes what lies below 0.913 of
/// the lower of both Nyquist frequencies and stops what lies above it; phase is linear, and the first samples coincide.
/// </summary>
public static class Resampler
{
    /// <summary>The same sound at another rate.</summary>
    public static AudioClip At(this AudioClip clip, int sampleRate) => clip.SampleRate == sampleRate
        ? clip
        : new AudioClip(Resample(clip.Samples, clip.SampleRate, sampleRate), sampleRate);

    /// <returns><c>ceil(samples · to / from)</c> samples.</returns>
    public static float[] Resample(ReadOnlySpan<float> samples, int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(from);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(to);
        var bank = SincBank.Of(from, to);
        var resampled = new float[checked((int)((((long)samples.Length * to) + from - 1) / from))];
        for (var i = 0; i < resampled.Length; i++)
        {
            var (center, remainder) = Math.DivRem((long)i * from, to);
            var (phase, beyond) = Math.DivRem(remainder * bank.Phases, to);
            var start = (int)center - bank.Reach + 1;
            var near = Dot(bank.Taps((int)phase), samples, start);
            resampled[i] = beyond == 0
                ? near
                : float.Lerp(near, Dot(bank.Taps((int)phase + 1), samples, start), (float)beyond / to);
        }
        return resampled;
    }

    /// <summary>The taps over the samples from <paramref name="start"/> on; silence lies before and behind the clip.</summary>
    private static float Dot(ReadOnlySpan<float> taps, ReadOnlySpan<float> samples, int start)
    {
        var first = Math.Max(0, -start);
        var last = Math.Min(taps.Length, samples.Length - start);
        return last <= first ? 0 : TensorPrimitives.Dot(taps[first..last], samples[(start + first)..(start + last)]);
    }
}
