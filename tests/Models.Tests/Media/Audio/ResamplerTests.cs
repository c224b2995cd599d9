using FsCheck;
using FsCheck.Xunit;
using MlxActors.Models.Media.Audio;

namespace MlxActors.Models.Tests.Media.Audio;

public sealed class ResamplerTests
{
    private const int Target = 16_000;

    /// <summary>A filter's settling at both ends, in samples at the target rate; rates below it reach further.</summary>
    private const int Edge = 800;

    [Theory]
    [InlineData(44_100)]
    [InlineData(48_000)]
    [InlineData(8_000)]
    [InlineData(11_025)]
    [InlineData(22_050)]
    [InlineData(47_999)] // needs more fractions of a sample than the bank keeps
    public void Resample_ToneBelowBothLimits_IsTheSameToneAtTheSamePhase(int from)
    {
        const double hertz = 1_234.5;

        var resampled = Resampler.Resample(Tone(hertz, from), from, Target);

        var expected = Tone(hertz, Target);
        Assert.Equal(expected.Length, resampled.Length);
        for (var i = Edge; i < expected.Length - Edge; i++)
        {
            Assert.Equal(expected[i], resampled[i], 2e-5);
        }
    }

    [Theory]
    [InlineData(44_100, 8_100)]
    [InlineData(48_000, 12_000)]
    [InlineData(47_999, 20_000)]
    public void Resample_ToneAboveTheNewLimit_IsGone(int from, double hertz)
    {
        var resampled = Resampler.Resample(Tone(hertz, from), from, Target);

        Assert.All(resampled[Edge..^Edge], sample => Assert.InRange(sample, -2e-5, 2e-5));
    }

    [Property]
    public bool Resample_AnyRates_GiveTheRoundedUpLength(byte length, PositiveInt from, PositiveInt to)
    {
        var (low, high) = ((from.Get % 96) + 1, (to.Get % 96) + 1);

        var resampled = Resampler.Resample(new float[length], low * 1_000, high * 1_000);

        return resampled.Length == (int)Math.Ceiling((decimal)length * high / low);
    }

    /// <summary>A quarter of a second.</summary>
    private static float[] Tone(double hertz, int rate) =>
        [.. Enumerable.Range(0, rate / 4).Select(i => (float)Math.Sin(2 * Math.PI * hertz * i / rate))];
}
