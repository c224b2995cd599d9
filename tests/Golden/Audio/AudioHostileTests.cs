using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Golden.Audio;

/// <summary>
/// Malformed sound: each file ends as <c>audio/hostile/index.json</c> says, no sample that is not a number comes out, and memory is taken in
/// proportion to what the file holds.
/// </summary>
public sealed class AudioHostileTests
{
    /// <summary>For files of a few kB, whatever they claim.</summary>
    private const long MostAllocated = 32L << 20;

    private static readonly HostileCorpus Corpus = new("audio/hostile");

    public static TheoryData<string?> Files => Corpus.Files;

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void Audio_HostileFile_EndsAsExpectedInBoundedMemory(string? name)
    {
        var file = Goldens.SkipWhenNone(name, Corpus.Folder);
        var content = Corpus.Content(file);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var outcome = LocalDecoder.Instance.Audio(content, AudioCorpus.TargetRate, CancellationToken.None);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(allocated, 0, MostAllocated);
        Corpus.AssertOutcome(file, outcome);
        if (outcome is Result<AudioClip, MediaError>.Ok(var clip))
        {
            Assert.All(clip.Samples, sample => Assert.True(float.IsFinite(sample)));
        }
    }
}
