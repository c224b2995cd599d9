using System.Text.Json;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Golden.Images;

/// <summary>Pixels against Pillow's, for every row of <c>images/decode/index.json</c>.</summary>
public sealed class ImageDecodeTests
{
    private const string Folder = "images/decode";
    private static readonly string IndexPath = Goldens.PathOf(Folder, "index.json");

    private static readonly Lazy<IReadOnlyDictionary<string, JsonElement>> Index = new(() => CorpusIndex.Read(IndexPath));

    private static readonly Lazy<GoldenTensors> Expected = new(() => GoldenTensors.Open(Goldens.PathOf(Folder, "expected.safetensors")));

    public static TheoryData<string?> Rows => Goldens.Rows(Index.Value.Keys);

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Decode_FileOfTheCorpus_IsThePictureOfTheReference(string? name)
    {
        var file = Goldens.SkipWhenNone(name, Folder);
        var row = Index.Value[file];

        switch (LocalDecoder.Instance.Image(File.ReadAllBytes(Goldens.PathOf(Folder, file)), Transparency.Dropped, CancellationToken.None))
        {
            case Result<PixelImage, MediaError>.Ok(var image):
                Assert.Equal("ok", row.GetProperty("expect").GetString());
                AssertPixels(file, row, image);
                break;

            case Result<PixelImage, MediaError>.Error(var error):
                AssertRefusal(row, error);
                break;
        }
    }

    private static void AssertPixels(string file, JsonElement row, PixelImage image)
    {
        var oriented = Expected.Value.Contains(file + "#oriented");
        var prefix = oriented ? "oriented_" : "";
        Assert.Equal(row.GetProperty(prefix + "width").GetInt32(), image.Width);
        Assert.Equal(row.GetProperty(prefix + "height").GetInt32(), image.Height);

        var tolerance = row.GetProperty("tolerance");
        var (most, mean) = (tolerance.GetProperty("max_abs").GetInt32(), tolerance.GetProperty("mean_abs").GetDouble());
        string[] tensors = row.TryGetProperty("also_accepted", out var suffix)
            ? [file, file + suffix.GetString()]
            : [oriented ? file + "#oriented" : file];
        var counts = row.TryGetProperty("compare_where_opaque", out _) ? Expected.Value[file + "#alpha"].Bytes() : null;
        var differences = tensors.Select(tensor => Compare(Expected.Value[tensor].Bytes(), image.Rgb.ToArray(), counts)).ToArray();
        Assert.True(
            differences.Any(difference => difference.Most <= most && difference.Mean <= mean),
            $"{file}: (max, mean) is {string.Join(" or ", differences)}, allowed ({most}, {mean})");
    }

    /// <param name="alpha">Pixels of alpha 0 are left out; null when all count.</param>
    private static (int Most, double Mean) Compare(byte[] expected, byte[] actual, byte[]? alpha)
    {
        Assert.Equal(expected.Length, actual.Length);
        var differences = expected.Zip(actual, (left, right) => Math.Abs(left - right))
            .Where((_, sample) => alpha is null || alpha[sample / PixelImage.Channels] > 0)
            .ToArray();
        return (differences.Max(), differences.Average());
    }

    private static void AssertRefusal(JsonElement row, MediaError error)
    {
        LocalDecoder.SkipWithoutFfmpeg(error);
        var mustFail = row.GetProperty("expect").GetString() == "error";
        var mayBeUnsupported = row.TryGetProperty("error_acceptable", out _)
            && error is MediaError.UnsupportedVariant or MediaError.UnsupportedFormat;
        Assert.True(mustFail || mayBeUnsupported, error.Message);
    }
}
