using System.Text.Json;
using System.Text.RegularExpressions;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Golden.Processors;

/// <summary>Pixel values against transformers on Pillow, for every case of <c>processors/gemma3</c>.</summary>
public sealed partial class Gemma3ImageProcessorTests
{
    private const string Folder = "processors/gemma3";

    public static TheoryData<string?> Cases => Goldens.Files(Folder, "*.json");

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Process_ImageOfTheCase_HasTheReferencesPixelValues(string? name)
    {
        var path = Goldens.PathOf(Goldens.SkipWhenNone(name, Folder));
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var golden = document.RootElement;
        var tensors = GoldenTensors.Open(Path.ChangeExtension(path, ".safetensors"));

        var image = Path.Combine(Path.GetDirectoryName(path)!, golden.GetProperty("image").GetString()!);

        var pixels = Process(golden, File.ReadAllBytes(image));

        int[] shape = [pixels.Channels, pixels.Height, pixels.Width];
        Assert.Equal(Ints(golden.GetProperty("pixel_values_shape")), shape);
        var outputs = golden.GetProperty("outputs").EnumerateObject()
            .Where(output => output.Value.GetProperty("dtype").GetString() == "float32")
            .ToArray();
        Assert.NotEmpty(outputs);
        foreach (var output in outputs)
        {
            var expected = tensors[output.Value.GetProperty("tensor").GetString()!];
            var actual = Select(pixels, output.Value.GetProperty("meaning").GetString()!);
            Assert.Equal(expected.Count, actual.Length);
            var worst = expected.Floats().Zip(actual, (left, right) => Math.Abs(left - right)).Max();
            Assert.True(worst <= output.Value.GetProperty("atol").GetDouble(), $"{output.Name}: differs by {worst}");
        }
    }

    private static PixelValues Process(JsonElement golden, byte[] content)
    {
        var parsed = ImageProcessorConfig.Parse(golden, "case", ImageProcessorConfig.Gemma3);
        var config = Assert.IsType<Result<ImageProcessorConfig, Models.LoadError>.Ok>(parsed).Value;
        var outcome = ImageDecoder.Decode(content, ImageLimits.Default).Map(new ImageProcessor(config).Process);
        return Assert.IsType<Result<PixelValues, MediaError>.Ok>(outcome).Value;
    }

    /// <summary>The part of the pixels that an output holds: all, or as in <c>pixel_values[:, 5::16, 420:460]</c>.</summary>
    private static float[] Select(PixelValues pixels, string meaning)
    {
        var slices = Slices().Match(meaning);
        var rows = slices.Success ? Indices(slices.Groups["rows"].Value, pixels.Height) : [.. Enumerable.Range(0, pixels.Height)];
        var columns = slices.Success ? Indices(slices.Groups["columns"].Value, pixels.Width) : [.. Enumerable.Range(0, pixels.Width)];
        return
        [
            .. from channel in Enumerable.Range(0, pixels.Channels)
               from y in rows
               from x in columns
               select pixels.Values[(((channel * pixels.Height) + y) * pixels.Width) + x],
        ];
    }

    /// <summary>The indices of a Python slice <c>start:stop:step</c>.</summary>
    private static int[] Indices(string slice, int length)
    {
        var parts = slice.Split(':');
        var start = int.Parse(parts[0]);
        var stop = parts[1].Length > 0 ? int.Parse(parts[1]) : length;
        var step = parts.Length > 2 ? int.Parse(parts[2]) : 1;
        return [.. Enumerable.Range(start, stop - start).Where(index => (index - start) % step == 0)];
    }

    private static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetInt32())];

    [GeneratedRegex(@"\[:, (?<rows>[\d:]+), (?<columns>[\d:]+)\]")]
    private static partial Regex Slices();
}
