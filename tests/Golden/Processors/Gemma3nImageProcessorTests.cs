using System.Text.Json;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Golden.Processors;

/// <summary>Pixel values against transformers on torchvision, for every image listed in <c>processors/gemma3n</c>.</summary>
public sealed class Gemma3nImageProcessorTests
{
    private const string Folder = "processors/gemma3n";
    private const string Settings = "preprocessor_config.json";

    public static TheoryData<string?> Lists => Goldens.Files(Folder, "*.json", path => Images(path) is not null);

    [SkippableTheory]
    [MemberData(nameof(Lists))]
    public void Process_EachImageOfTheList_HasTheReferencesPixelValues(string? path)
    {
        var file = Goldens.PathOf(Goldens.SkipWhenNone(path, Folder));
        var folder = Path.GetDirectoryName(file)!;
        var tensors = GoldenTensors.Open(Path.ChangeExtension(file, ".safetensors"));
        var images = Images(path!)!.Value.EnumerateObject().ToArray();

        Assert.NotEmpty(images);
        foreach (var image in images)
        {
            var content = File.ReadAllBytes(Path.Combine(folder, image.Value.GetProperty("png").GetString()!));

            var pixels = Process(folder, image.Value.GetProperty("size").GetInt32(), content);

            var expected = tensors[$"{image.Name}.pixel_values"].Floats();
            var places = $"{image.Name}.rows_cols";
            var actual = tensors.Contains(places) ? At(pixels, tensors[places].Ints()) : pixels.Values;
            Assert.Equal(expected.Length, actual.Length);
            var worst = expected.Zip(actual, (left, right) => Math.Abs(left - right)).Max();
            Assert.True(worst <= image.Value.GetProperty("atol").GetDouble(), $"{image.Name}: differs by {worst}");
        }
    }

    /// <summary>Every key may be missing: the published settings are the defaults.</summary>
    [SkippableFact]
    public void Parse_PublishedSettings_AreTheDefaults()
    {
        var path = Goldens.PathOf(Folder, Settings);
        Skip.IfNot(File.Exists(path), $"no {path}");

        var config = Config(File.ReadAllBytes(path));

        Assert.Equal((768, 768), (config.Height, config.Width));
        Assert.Equal(Levels(ImageProcessorConfig.Gemma3n), Levels(config));
        Assert.Equal(ImageProcessorConfig.Gemma3n with { Scaling = config.Scaling }, config);
    }

    private static float[] Levels(ImageProcessorConfig config) => [.. config.Scaling.ValuesOfLevels().SelectMany(channel => channel)];

    private static PixelValues Process(string folder, int side, byte[] content)
    {
        var config = Config(File.ReadAllBytes(Path.Combine(folder, Settings))) with { Height = side, Width = side };
        var outcome = ImageDecoder.Decode(content, ImageLimits.Default, Transparency.OnWhite).Map(new ImageProcessor(config).Process);
        return Assert.IsType<Result<PixelValues, MediaError>.Ok>(outcome).Value;
    }

    private static ImageProcessorConfig Config(byte[] json)
    {
        var parsed = ImageProcessorConfig.Parse(JsonDocument.Parse(json).RootElement, Settings, ImageProcessorConfig.Gemma3n);
        return Assert.IsType<Result<ImageProcessorConfig, Models.LoadError>.Ok>(parsed).Value;
    }

    private static float[] At(PixelValues pixels, int[] places) =>
    [
        .. from channel in Enumerable.Range(0, pixels.Channels)
           from row in places
           from column in places
           select pixels.Values[(channel * pixels.Height + row) * pixels.Width + column],
    ];

    private static JsonElement? Images(string path) =>
        JsonDocument.Parse(File.ReadAllText(Goldens.PathOf(path))).RootElement.TryGetProperty("images", out var images) ? images : null;
}
