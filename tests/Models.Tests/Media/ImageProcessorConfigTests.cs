using System.Text.Json;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Models.Tests.Media;

public sealed class ImageProcessorConfigTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"size": null, "image_mean": null, "do_convert_rgb": null, "do_pan_and_scan": null, "unknown": 1}""")]
    public void Parse_MissingOrNullKeys_HaveTheReferencesDefaults(string json)
    {
        var config = Parsed(json);

        Assert.Equal((224, 224), (config.Height, config.Width));
        Assert.Equal(1.0 / 255, config.Scaling.RescaleFactor);
        Assert.Equal([0.5, 0.5, 0.5], config.Scaling.Mean.AsEnumerable());
        Assert.Equal([0.5, 0.5, 0.5], config.Scaling.Deviation.AsEnumerable());
    }

    [Fact]
    public void Parse_GivenKeys_AreTaken()
    {
        var config = Parsed(
            """{"size": {"height": 64, "width": 32}, "rescale_factor": 0.5, "image_mean": [1, 2, 3], "image_std": 4, "resample": 2}""");

        Assert.Equal((64, 32, 0.5), (config.Height, config.Width, config.Scaling.RescaleFactor));
        Assert.Equal([1.0, 2.0, 3.0], config.Scaling.Mean.AsEnumerable());
        Assert.Equal([4.0, 4.0, 4.0], config.Scaling.Deviation.AsEnumerable());
    }

    [Fact]
    public void Parse_StepsSwitchedOff_LeaveTheLevelsAlone()
    {
        var config = Parsed("""{"size": 8, "do_rescale": false, "do_normalize": false, "image_mean": [1, 2, 3]}""");

        Assert.Equal((8, 8, 1.0), (config.Height, config.Width, config.Scaling.RescaleFactor));
        Assert.Equal([0.0, 0.0, 0.0], config.Scaling.Mean.AsEnumerable());
        Assert.Equal([1.0, 1.0, 1.0], config.Scaling.Deviation.AsEnumerable());
    }

    [Theory]
    [InlineData("""{"size": {"shortest_edge": 224}}""", "size")]
    [InlineData("""{"size": {"height": 0, "width": 224}}""", "size")]
    [InlineData("""{"size": {"height": 224, "width": 1e9}}""", "size")]
    [InlineData("""{"size": "896"}""", "size")]
    [InlineData("""{"resample": 3}""", "resample")]
    [InlineData("""{"rescale_factor": 0}""", "rescale_factor")]
    [InlineData("""{"image_mean": [0.5, 0.5]}""", "image_mean")]
    [InlineData("""{"image_std": [0.5, 0, 0.5]}""", "image_std")]
    [InlineData("""{"do_resize": false}""", "do_resize")]
    [InlineData("""{"do_normalize": "yes"}""", "do_normalize")]
    [InlineData("""{"do_pan_and_scan": true}""", "do_pan_and_scan")]
    public void Parse_ValueOutsideItsRule_IsAnErrorThatNamesKeyAndFile(string json, string key)
    {
        var error = Assert.IsType<Result<ImageProcessorConfig, LoadError>.Error>(Parse(json)).Reason;

        Assert.Equal("preprocessor_config.json", error.File);
        Assert.StartsWith($"preprocessor_config.json: '{key}': found ", error.Message);
        Assert.Contains(", expected ", error.Message);
    }

    [Theory]
    [InlineData("{}", 0.0, 1.0)]
    [InlineData("""{"do_normalize": false, "image_mean": [1, 2, 3]}""", 0.0, 1.0)]
    [InlineData("""{"do_normalize": true}""", 0.5, 0.5)]
    public void Parse_ForGemma3n_NormalizesOnlyWhenAskedTo(string json, double mean, double deviation)
    {
        var parsed = ImageProcessorConfig.Parse(JsonDocument.Parse(json).RootElement, "processor_config.json", ImageProcessorConfig.Gemma3n);
        var config = Assert.IsType<Result<ImageProcessorConfig, LoadError>.Ok>(parsed).Value;

        Assert.Equal((768, 768, 1.0 / 255), (config.Height, config.Width, config.Scaling.RescaleFactor));
        Assert.All(config.Scaling.Mean, actual => Assert.Equal(mean, actual));
        Assert.All(config.Scaling.Deviation, actual => Assert.Equal(deviation, actual));
    }

    private static ImageProcessorConfig Parsed(string json) => Assert.IsType<Result<ImageProcessorConfig, LoadError>.Ok>(Parse(json)).Value;

    private static Result<ImageProcessorConfig, LoadError> Parse(string json) =>
        ImageProcessorConfig.Parse(JsonDocument.Parse(json).RootElement, "preprocessor_config.json", ImageProcessorConfig.Gemma3);
}
