using System.Text.Json;
using MlxActors.Golden;
using MlxActors.Models.Qwen3Vl;
using MlxActors.Native.Results;

namespace MlxActors.Models.Tests.Qwen3Vl;

public sealed class Qwen3VlVideoConfigTests : IDisposable
{
    private const string FileName = "video_preprocessor_config.json";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlxactors-");

    private static Qwen3VlVisionConfig Vision => Qwen3VlConfig.Parse(
        ConfigNode.Read(Path.Combine(Goldens.Repository, "models", "demo-qwen"), "config.json")).Vision!;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Parse_TheFileThatIsPublished_HasTheDefaultsSpeltOut()
    {
        var file = Goldens.PathOf("models", "qwen3_vl", "tiny-vlm-4bit", FileName);

        var config = Parsed(File.ReadAllText(file));

        Assert.Equal(Qwen3VlVideoConfig.Default.Rate, config.Rate);
        Assert.Equal(Qwen3VlVideoConfig.Default.Frames.Bounds, config.Frames.Bounds);
        Assert.Equal(Qwen3VlVideoConfig.Default.Frames.Factor, config.Frames.Factor);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"fps": null, "min_frames": null, "max_frames": null, "num_frames": null, "size": null, "unknown": 1}""")]
    public void Parse_MissingOrNullKeys_HaveTheDefaults(string json)
    {
        var config = Parsed(json);

        Assert.Equal(new FrameRate(2, 4, 768), config.Rate);
        Assert.Equal(new PixelBounds(4096, 25165824), config.Frames.Bounds);
    }

    [Fact]
    public void Parse_GivenKeys_AreTaken()
    {
        var config = Parsed(
            """{"fps": 0.5, "min_frames": 2, "max_frames": 16, "size": {"shortest_edge": 1024, "longest_edge": 9216}, "patch_size": 14}""");

        Assert.Equal(new FrameRate(0.5, 2, 16), config.Rate);
        Assert.Equal((new PixelBounds(1024, 9216), 28), (config.Frames.Bounds, config.Frames.Factor));
    }

    [Theory]
    [InlineData("""{"fps": 0}""", "fps")]
    [InlineData("""{"fps": "2"}""", "fps")]
    [InlineData("""{"min_frames": 0}""", "min_frames")]
    [InlineData("""{"min_frames": 2.5}""", "min_frames")]
    [InlineData("""{"max_frames": 1e9}""", "max_frames")]
    [InlineData("""{"min_frames": 8, "max_frames": 4}""", "max_frames")]
    [InlineData("""{"num_frames": 8}""", "num_frames")]
    [InlineData("""{"do_sample_frames": false}""", "do_sample_frames")]
    [InlineData("""{"size": {"height": 8, "width": 8}}""", "size")]
    [InlineData("""{"size": {"shortest_edge": 8, "longest_edge": 4}}""", "size")]
    [InlineData("""{"resample": 2}""", "resample")]
    public void Parse_ValueOutsideItsRule_IsAnErrorThatNamesKeyAndFile(string json, string key)
    {
        var error = Assert.IsType<Result<Qwen3VlVideoConfig, LoadError>.Error>(Parse(json)).Reason;

        Assert.Equal(FileName, error.File);
        Assert.StartsWith($"{FileName}: '{key}': found ", error.Message);
    }

    [Theory]
    [InlineData(FileName, """{"fps": 3}""")]
    [InlineData("processor_config.json", """{"video_processor": {"fps": 3}, "image_processor": {"fps": 5}}""")]
    [InlineData("preprocessor_config.json", """{"fps": 3}""")]
    public void Load_SettingsInAnyOfTheFiles_AreTaken(string file, string json)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, file), json);

        Assert.Equal(3, Loaded().Rate.FramesPerSecond);
    }

    [Fact]
    public void Load_NoSettings_HasTheDefaultsOnTheTowersPatches()
    {
        var config = Qwen3VlVideoConfig.Load(_folder.FullName, Vision with { PatchSize = 14 }).Match(value => value, Fail);

        Assert.Equal((14, FrameRate.Default), (config.Frames.PatchSize, config.Rate));
        Assert.Equal(Qwen3VlVideoConfig.Default.Frames.Bounds, config.Frames.Bounds);
    }

    [Fact]
    public void Load_OtherPatchesThanTheTowers_IsAnError()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, FileName), """{"temporal_patch_size": 4}""");

        var error = Assert.IsType<Result<Qwen3VlVideoConfig, LoadError>.Error>(Qwen3VlVideoConfig.Load(_folder.FullName, Vision)).Reason;

        Assert.Contains("(16, 4, 2), expected the vision tower's (16, 2, 2)", error.Message);
    }

    private static Qwen3VlVideoConfig Parsed(string json) => Parse(json).Match(config => config, Fail);

    private static Result<Qwen3VlVideoConfig, LoadError> Parse(string json) =>
        Qwen3VlVideoConfig.Parse(JsonDocument.Parse(json).RootElement, FileName);

    private static Qwen3VlVideoConfig Fail(LoadError error) => throw new InvalidDataException(error.Message);

    private Qwen3VlVideoConfig Loaded() => Qwen3VlVideoConfig.Load(_folder.FullName, Vision).Match(config => config, Fail);
}
