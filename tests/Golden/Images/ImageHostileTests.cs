using System.Text.Json;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Golden.Images;

/// <summary>
/// Malformed files: each ends as <c>images/hostile/index.json</c> says, and takes memory in proportion to a picture, not to a lie.
/// </summary>
public sealed class ImageHostileTests
{
    private const string Folder = "images/hostile";

    /// <summary>RGB, component planes and coefficients: a generous sum for a picture that is there.</summary>
    private const long MostBytesPerPixel = 16;

    /// <summary>For a refusal, whatever the file claims.</summary>
    private const long MostAllocated = 32L << 20;

    private static readonly Lazy<IReadOnlyDictionary<string, JsonElement>> Index =
        new(() => CorpusIndex.Read(Goldens.PathOf(Folder, "index.json")));

    public static TheoryData<string?> Rows => Goldens.Rows(Index.Value.Keys);

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Decode_HostileFile_EndsAsExpectedInBoundedMemory(string? name)
    {
        var file = Goldens.SkipWhenNone(name, Folder);
        var expect = Index.Value[file].GetProperty("expect").GetString();
        var content = File.ReadAllBytes(Goldens.PathOf(Folder, file));

        var before = GC.GetAllocatedBytesForCurrentThread();
        var outcome = ImageDecoder.Decode(content, ImageLimits.Default);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        var pixels = outcome.Match(image => (long)image.Width * image.Height, _ => 0);
        Assert.InRange(allocated, 0, MostAllocated + (pixels * MostBytesPerPixel));
        switch (outcome)
        {
            case Result<PixelImage, MediaError>.Ok(var image):
                Assert.True(expect is "ok" or "either", $"must be refused, is a picture of {image.Width} x {image.Height}");
                break;
            case Result<PixelImage, MediaError>.Error(var error):
                Assert.True(expect is "error" or "either", $"must decode, but: {error.Message}");
                Assert.NotEmpty(error.Message);
                break;
        }
    }
}
