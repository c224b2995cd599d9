using System.Text.Json;
using MlxActors.Models.Media.Audio;
using MlxActors.Native.Results;

namespace MlxActors.Models.Tests.Media.Audio;

public sealed class MelSettingsTests
{
    [Fact]
    public void Parse_NothingOrNulls_GivesTheDefaultsOfTheReference()
    {
        var expected = new MelSettings(16_000, 128, 512, 160, 1024, 125, 7600, 0.97, 1e-5);

        Assert.Equal(expected, Parse("{}"));
        Assert.Equal(expected, Parse("""{ "feature_size": null, "per_bin_mean": null, "frame_length": 99, "dither": 0.0 }"""));
    }

    [Fact]
    public void Parse_OtherLengths_AreCountedInSamples()
    {
        var settings = Parse("""{ "sampling_rate": 8000, "frame_length_ms": 25, "hop_length_ms": 12.5, "fft_overdrive": false }""");

        Assert.Equal((200, 100, 256), (settings.FrameLength, settings.HopLength, settings.FftLength));
    }

    [Theory]
    [InlineData("""{ "sampling_rate": 0 }""", "sampling_rate")]
    [InlineData("""{ "feature_size": 128.5 }""", "feature_size")]
    [InlineData("""{ "hop_length_ms": 0 }""", "hop_length_ms")]
    [InlineData("""{ "frame_length_ms": "32" }""", "frame_length_ms")]
    [InlineData("""{ "dither": 0.1 }""", "dither")]
    [InlineData("""{ "preemphasis_htk_flavor": false }""", "preemphasis_htk_flavor")]
    [InlineData("""{ "per_bin_mean": [1] }""", "per_bin_mean")]
    [InlineData("""{ "max_frequency": 100 }""", "max_frequency")]
    [InlineData("[]", "expected an object")]
    public void Parse_WhatIsNotSupported_NamesTheKey(string json, string named)
    {
        var error = Assert.IsType<Result<MelSettings, LoadError>.Error>(Outcome(json)).Reason;

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Equal("settings.json", error.File);
    }

    [Fact]
    public void Load_OtherNumberOfBinsThanTheTower_NamesBoth()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            Assert.Equal(80, Assert.IsType<Result<MelSettings, LoadError>.Ok>(MelSettings.Load(directory.FullName, 80)).Value.Bins);
            var file = Path.Combine(directory.FullName, "processor_config.json");
            File.WriteAllText(file, """{ "feature_extractor": { "feature_size": 64 } }""");

            var error = Assert.IsType<Result<MelSettings, LoadError>.Error>(MelSettings.Load(directory.FullName, 80)).Reason;

            Assert.Equal("processor_config.json: 'feature_size': found 64, expected the audio tower's 80", error.Message);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    internal static MelSettings Parse(string json) => Assert.IsType<Result<MelSettings, LoadError>.Ok>(Outcome(json)).Value;

    private static Result<MelSettings, LoadError> Outcome(string json) =>
        MelSettings.Parse(JsonDocument.Parse(json).RootElement, "settings.json");
}
