using System.Text.Json;
using MlxActors.Models.Media;
using MlxActors.Models.Media.Audio;
using MlxActors.Native.Results;

namespace MlxActors.Golden.Audio;

/// <summary>Samples at the file's own rate and at 16 kHz, for the rows of <c>audio/index.json</c> that need no other decoder.</summary>
public sealed class WavDecodeTests
{
    private const string Folder = "audio";
    private const int TargetRate = 16_000;

    private static readonly Lazy<IReadOnlyDictionary<string, JsonElement>> Index =
        new(() => CorpusIndex.Read(Goldens.PathOf(Folder, "index.json")));

    private static readonly Lazy<GoldenTensors> Expected = new(() => GoldenTensors.Open(Goldens.PathOf(Folder, "expected.safetensors")));

    public static TheoryData<string?> Own => Goldens.Rows(Index.Value.Where(row => IsOwn(row.Value)).Select(row => row.Key));

    public static TheoryData<string?> Resampled => Goldens.Rows(
        Index.Value.Where(row => IsOwn(row.Value) && row.Value.GetProperty("tolerance").TryGetProperty("snr_db_16k", out _)).Select(row => row.Key));

    [SkippableTheory]
    [MemberData(nameof(Own))]
    public void Decode_FileOfTheCorpus_IsTheMeanOfTheChannelsOfTheReference(string? name)
    {
        var file = Goldens.SkipWhenNone(name, Folder);
        var row = Index.Value[file];

        switch (Decode(file))
        {
            case Result<AudioClip, MediaError>.Ok(var clip):
                Assert.Equal(row.GetProperty("rate").GetInt32(), clip.SampleRate);
                Assert.Equal(row.GetProperty("frames").GetInt32(), clip.Samples.Length);
                var most = row.GetProperty("tolerance").GetProperty("max_abs").GetDouble();
                Assert.InRange(AudioSignal.MaxAbs(Expected.Value[file].Floats(), clip.Samples), 0, most);
                break;

            case Result<AudioClip, MediaError>.Error(var error):
                Assert.True(row.TryGetProperty("error_acceptable", out _), error.Message);
                break;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Resampled))]
    public void At_FileOfAnotherRate_IsCloseToTheResamplerOfTheReference(string? name)
    {
        var file = Goldens.SkipWhenNone(name, Folder);
        var expected = Expected.Value[file + "#16k"].Floats();

        var clip = Assert.IsType<Result<AudioClip, MediaError>.Ok>(Decode(file)).Value.At(TargetRate);

        Assert.Equal(TargetRate, clip.SampleRate);
        Assert.InRange(clip.Samples.Length, expected.Length - 1, expected.Length + 1);
        var least = Index.Value[file].GetProperty("tolerance").GetProperty("snr_db_16k").GetDouble();
        Assert.InRange(AudioSignal.SnrDb(expected, clip.Samples), least, double.PositiveInfinity);
    }

    private static bool IsOwn(JsonElement row) => row.GetProperty("via").GetString() == "own";

    private static Result<AudioClip, MediaError> Decode(string file) =>
        WavDecoder.Decode(File.ReadAllBytes(Goldens.PathOf(Folder, file)), AudioLimits.Default);
}
