using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Golden.Audio;

/// <summary>Compressed sound at its own rate and at 16 kHz: the rows of <c>audio/index.json</c> that ffmpeg decodes.</summary>
public sealed class AudioDecodeTests
{
    public static TheoryData<string?> Compressed => AudioCorpus.Files(row => !AudioCorpus.IsOwn(row));

    [SkippableTheory]
    [MemberData(nameof(Compressed))]
    public void Audio_CompressedFileAtItsOwnRate_IsThatOfTheReference(string? name)
    {
        var file = Goldens.SkipWhenNone(name, AudioCorpus.Folder);
        var expected = AudioCorpus.Samples(file);
        Skip.If(expected is null, "the reference holds this file at 16 kHz only");

        AssertClose(file, expected, AudioCorpus.Row(file).GetProperty("rate").GetInt32(), "snr_db");
    }

    [SkippableTheory]
    [MemberData(nameof(Compressed))]
    public void Audio_CompressedFileAtTheModelsRate_IsThatOfTheReference(string? name)
    {
        var file = Goldens.SkipWhenNone(name, AudioCorpus.Folder);

        AssertClose(file, AudioCorpus.Resampled(file), AudioCorpus.TargetRate, "snr_db_16k");
    }

    private static void AssertClose(string file, float[] expected, int rate, string tolerance)
    {
        switch (LocalDecoder.Instance.Audio(AudioCorpus.Content(file), rate, CancellationToken.None))
        {
            case Result<AudioClip, MediaError>.Ok(var clip):
                Assert.Equal(rate, clip.SampleRate);
                var length = (int)AudioCorpus.Tolerance(file, "length")!.Value;
                Assert.InRange(clip.Samples.Length, expected.Length - length, expected.Length + length);
                var least = (AudioCorpus.Tolerance(file, tolerance) ?? AudioCorpus.Tolerance(file, "snr_db"))!.Value;
                Assert.InRange(AudioSignal.AlignedSnrDb(expected, clip.Samples, length), least, double.PositiveInfinity);
                break;

            case Result<AudioClip, MediaError>.Error(var error):
                LocalDecoder.SkipWithoutFfmpeg(error);
                Assert.True(AudioCorpus.MayFail(file), error.Message);
                break;
        }
    }
}
