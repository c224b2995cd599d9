using MlxActors.Models.Media;
using MlxActors.Models.Media.Audio;
using MlxActors.Native.Results;

namespace MlxActors.Golden.Audio;

/// <summary>Samples at the file's own rate and at 16 kHz, for the rows of <c>audio/index.json</c> that need no other decoder.</summary>
public sealed class WavDecodeTests
{
    public static TheoryData<string?> Own => AudioCorpus.Files(AudioCorpus.IsOwn);

    public static TheoryData<string?> OfOtherRates => AudioCorpus.Files(row =>
        AudioCorpus.IsOwn(row) && row.GetProperty("rate").GetInt32() != AudioCorpus.TargetRate);

    [SkippableTheory]
    [MemberData(nameof(Own))]
    public void Decode_FileOfTheCorpus_IsTheMeanOfTheChannelsOfTheReference(string? name)
    {
        var file = Goldens.SkipWhenNone(name, AudioCorpus.Folder);
        switch (Decode(file))
        {
            case Result<AudioClip, MediaError>.Ok(var clip):
                Assert.Equal(AudioCorpus.Row(file).GetProperty("rate").GetInt32(), clip.SampleRate);
                Assert.Equal(AudioCorpus.Row(file).GetProperty("frames").GetInt32(), clip.Samples.Length);
                var difference = AudioSignal.MaxAbs(AudioCorpus.Samples(file)!, clip.Samples);
                Assert.InRange(difference, 0, AudioCorpus.Tolerance(file, "max_abs")!.Value);
                break;

            case Result<AudioClip, MediaError>.Error(var error):
                Assert.True(AudioCorpus.MayFail(file), error.Message);
                break;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(OfOtherRates))]
    public void At_FileOfAnotherRate_IsCloseToTheResamplerOfTheReference(string? name)
    {
        var file = Goldens.SkipWhenNone(name, AudioCorpus.Folder);
        var expected = AudioCorpus.Resampled(file);

        var clip = Assert.IsType<Result<AudioClip, MediaError>.Ok>(Decode(file)).Value.At(AudioCorpus.TargetRate);

        Assert.Equal(AudioCorpus.TargetRate, clip.SampleRate);
        Assert.InRange(clip.Samples.Length, expected.Length - 1, expected.Length + 1);
        var least = AudioCorpus.Tolerance(file, "snr_db_16k")!.Value;
        Assert.InRange(AudioSignal.SnrDb(expected, clip.Samples), least, double.PositiveInfinity);
    }

    private static Result<AudioClip, MediaError> Decode(string file) => WavDecoder.Decode(AudioCorpus.Content(file), AudioLimits.Default);
}
