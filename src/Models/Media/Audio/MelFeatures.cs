using System.Numerics;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Audio;

/// <summary>
/// Samples in, log-mel frames out, as the Universal Speech Model takes them (huggingface/transformers,
/// models/gemma3n/feature_extraction_gemma3n.py). Each clip is prepared by itself. Thread-safe.
/// </summary>
public sealed class MelFeatures(MelSettings settings)
{
    /// <summary>What lies behind is cut off: 30 seconds of 16 kHz.</summary>
    public const int MostSamples = 480_000;

    /// <summary>Clips end on a multiple of so many samples; zeros fill them up.</summary>
    private const int PaddedTo = 128;

    private readonly RealFft _fft = new(settings.FftLength);
    private readonly float[] _window = PeriodicHann(settings.FrameLength);

    private readonly MelFilterBank _filters = new(
        settings.Bins,
        settings.LowestFrequency,
        settings.HighestFrequency,
        settings.FftLength / 2 + 1,
        (double)settings.SampleRate / settings.FftLength);

    public MelSettings Settings { get; } = settings;

    /// <summary>The rising and falling cosine that ends one sample before it would return to zero.</summary>
    public static float[] PeriodicHann(int length) =>
        [.. Enumerable.Range(0, length).Select(i => (float)(0.5 * (1 - Math.Cos(2 * Math.PI * i / length))))];

    /// <summary>The longest clip that gives no more than <paramref name="frames"/>.</summary>
    public int SamplesOf(int frames) =>
        (int)(Math.Min((long)frames * Settings.HopLength + Settings.FrameLength, int.MaxValue) / PaddedTo * PaddedTo);

    /// <summary>The frames of a clip; an error when it is too short for one.</summary>
    /// <param name="clip">At the settings' rate.</param>
    public Result<MelFrames, MediaError> Extract(AudioClip clip)
    {
        if (clip.SampleRate != Settings.SampleRate)
        {
            throw new ArgumentException($"a clip of {clip.SampleRate} Hz, where {Settings.SampleRate} were asked for", nameof(clip));
        }
        var samples = Pad(clip.Samples);
        // A frame takes one sample more than it uses.
        var taken = Settings.FrameLength + 1;
        if (samples.Length < taken)
        {
            return new MediaError.UnusableClip($"{clip.Samples.Length} samples at {clip.SampleRate} Hz", $"at least {taken}");
        }
        var frames = (samples.Length - taken) / Settings.HopLength + 1;
        var values = new float[frames * Settings.Bins];
        var buffers = new Buffers(_fft, Settings.Bins);
        for (var frame = 0; frame < frames; frame++)
        {
            Fill(buffers, samples.AsSpan(frame * Settings.HopLength, Settings.FrameLength));
            WriteLogs(buffers, values.AsSpan(frame * Settings.Bins, Settings.Bins));
        }
        return new MelFrames(values, frames, Settings.Bins, RealFrames: frames);
    }

    private static float[] Pad(float[] samples)
    {
        var length = Math.Min(samples.Length, MostSamples);
        var padded = new float[(length + PaddedTo - 1) / PaddedTo * PaddedTo];
        samples.AsSpan(0, length).CopyTo(padded);
        return padded;
    }

    /// <summary>
    /// Pre-emphasis within the frame, and the window. In single precision, as the reference: where a pure tone leaves bins all but empty,
    /// the rounding of its samples is what they hold.
    /// </summary>
    private void Fill(Buffers buffers, ReadOnlySpan<float> frame)
    {
        var part = (float)Settings.Preemphasis;
        buffers.Samples.AsSpan().Clear();
        buffers.Samples[0] = frame[0] * (float)(1 - Settings.Preemphasis) * _window[0];
        for (var i = 1; i < frame.Length; i++)
        {
            buffers.Samples[i] = (frame[i] - part * frame[i - 1]) * _window[i];
        }
    }

    private void WriteLogs(Buffers buffers, Span<float> logs)
    {
        _fft.Transform(buffers.Samples, buffers.Spectrum);
        for (var k = 0; k < buffers.Spectrum.Length; k++)
        {
            buffers.Magnitudes[k] = Complex.Abs(buffers.Spectrum[k]);
        }
        _filters.Apply(buffers.Magnitudes, buffers.Sums);
        for (var i = 0; i < logs.Length; i++)
        {
            logs[i] = (float)Math.Log(Math.Max(buffers.Sums[i], Settings.Floor));
        }
    }

    /// <summary>What a frame passes through, made once a clip.</summary>
    private sealed record Buffers(double[] Samples, Complex[] Spectrum, double[] Magnitudes, double[] Sums)
    {
        public Buffers(RealFft fft, int bins)
            : this(new double[fft.Length], new Complex[fft.Bins], new double[fft.Bins], new double[bins])
        {
        }
    }
}
