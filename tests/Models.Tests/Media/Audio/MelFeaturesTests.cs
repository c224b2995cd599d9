using FsCheck;
using FsCheck.Xunit;
using MlxActors.Models.Media;
using MlxActors.Models.Media.Audio;
using MlxActors.Native.Results;

namespace MlxActors.Models.Tests.Media.Audio;

public sealed class MelFeaturesTests
{
    private static readonly MelFeatures Features = new(MelSettingsTests.Parse("{}"));

    [Fact]
    public void Extract_Silence_IsTheLogarithmOfTheFloor()
    {
        var frames = Frames(new float[16_000]);

        Assert.Equal((97, 97, 128), (frames.Frames, frames.RealFrames, frames.Bins));
        Assert.All(frames.Values, value => Assert.Equal((float)Math.Log(1e-5), value));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(512)]
    public void Extract_ClipTooShortForAFrame_SaysHowLongItMustBe(int samples)
    {
        var error = Assert.IsType<Result<MelFrames, MediaError>.Error>(Extract(new float[samples])).Reason;

        Assert.Equal($"unusable clip: found {samples} samples at 16000 Hz, expected at least 513", error.Message);
    }

    [Fact]
    public void Extract_ClipOfOneFrame_HasIt() => Assert.Equal(1, Frames(new float[513]).Frames);

    [Fact]
    public void Extract_Tone_IsLoudestInTheBinAroundIt()
    {
        const double Hertz = 1000;
        float[] samples = [.. Enumerable.Range(0, 4000).Select(i => (float)Math.Sin(2 * Math.PI * Hertz * i / 16_000))];

        var frames = Frames(samples);

        // Bins are evenly spaced in mel: the tone's place among them, counted from the first peak.
        var (first, last) = (Mel(125), Mel(7600));
        var expected = (Mel(Hertz) - first) / (last - first) * 129 - 1;
        for (var frame = 0; frame < frames.Frames; frame++)
        {
            var loudest = frames.Values.AsSpan(frame * 128, 128).IndexOf(frames.Values.Skip(frame * 128).Take(128).Max());
            Assert.InRange(loudest, expected - 1, expected + 1);
        }
    }

    /// <summary>A frame depends on its own samples alone.</summary>
    [Property(MaxTest = 20)]
    public void Extract_ClipFromALaterFrameOn_HasTheSameFrames(int seed, PositiveInt skipped)
    {
        var skip = skipped.Get % 20;
        var random = new Random(seed);
        // Ends on a multiple of 128 however much is skipped: hop times 4 is 5 times 128.
        float[] samples = [.. Enumerable.Range(0, 16_000).Select(_ => random.NextSingle() - 0.5f)];

        var whole = Frames(samples);
        var rest = Frames(samples[(skip * 640)..]);

        Assert.Equal(whole.Values.Skip(skip * 4 * 128), rest.Values);
    }

    [Fact]
    public void Extract_ClipOfAnotherRate_IsABug() =>
        Assert.Throws<ArgumentException>(() => Features.Extract(new AudioClip(new float[4000], 44_100)));

    private static double Mel(double hertz) => 2595 * Math.Log10(1 + hertz / 700);

    private static MelFrames Frames(float[] samples) => Assert.IsType<Result<MelFrames, MediaError>.Ok>(Extract(samples)).Value;

    private static Result<MelFrames, MediaError> Extract(float[] samples) => Features.Extract(new AudioClip(samples, 16_000));
}
