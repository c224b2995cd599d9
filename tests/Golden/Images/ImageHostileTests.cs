using MlxActors.Models.Media;

namespace MlxActors.Golden.Images;

/// <summary>
/// Malformed files: each ends as <c>images/hostile/index.json</c> says, and takes memory in proportion to a picture, not to a lie.
/// </summary>
public sealed class ImageHostileTests
{
    /// <summary>RGB, component planes and coefficients: a generous sum for a picture that is there.</summary>
    private const long MostBytesPerPixel = 16;

    /// <summary>For a refusal, whatever the file claims.</summary>
    private const long MostAllocated = 32L << 20;

    private static readonly HostileCorpus Corpus = new("images/hostile");

    public static TheoryData<string?> Rows => Corpus.Files;

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Decode_HostileFile_EndsAsExpectedInBoundedMemory(string? name)
    {
        var file = Goldens.SkipWhenNone(name, Corpus.Folder);
        var content = Corpus.Content(file);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var outcome = LocalDecoder.Instance.Image(content, Transparency.Dropped, CancellationToken.None);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        var pixels = outcome.Match(image => (long)image.Width * image.Height, _ => 0);
        Assert.InRange(allocated, 0, MostAllocated + (pixels * MostBytesPerPixel));
        Corpus.AssertOutcome(file, outcome);
    }
}
