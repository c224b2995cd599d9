namespace MlxActors.Golden.Video;

/// <summary>Malformed videos: each ends as <c>video/hostile/index.json</c> says.</summary>
public sealed class VideoHostileTests
{
    private static readonly HostileCorpus Corpus = new("video/hostile");

    public static TheoryData<string?> Files => Corpus.Files;

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void Video_HostileFile_EndsAsExpected(string? name)
    {
        var file = Goldens.SkipWhenNone(name, Corpus.Folder);

        var outcome = LocalDecoder.Instance.Video(
            Corpus.Content(file), info => [.. Enumerable.Range(0, Math.Min(info.Frames, 50))], CancellationToken.None);

        Corpus.AssertOutcome(file, outcome);
    }
}
