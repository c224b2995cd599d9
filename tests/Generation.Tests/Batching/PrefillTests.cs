using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Generation.Batching;
using MlxActors.Models;
using MlxActors.Models.Media;

namespace MlxActors.Generation.Tests.Batching;

public sealed class PrefillTests
{
    [Theory]
    [InlineData(0, 10)]
    [InlineData(20, 30)]
    [InlineData(95, 100)]
    public void ChunkEnd_TextOnly_IsAChunkFurtherOrTheEnd(int position, int expected) =>
        Assert.Equal(expected, Prefill.ChunkEnd(position, 100, [], chunk: 10));

    [Fact]
    public void ChunkEnd_ImageAcrossTheBorder_EndsBeforeIt() => Assert.Equal(4, Prefill.ChunkEnd(0, 100, [Image(4, 8)], chunk: 10));

    [Fact]
    public void ChunkEnd_ImageLongerThanAChunkAtTheStart_ContainsIt() =>
        Assert.Equal(29, Prefill.ChunkEnd(4, 100, [Image(4, 25)], chunk: 10));

    [Fact]
    public void ChunkEnd_ImageThatEndsWithTheChunk_IsTakenWhole() =>
        Assert.Equal(10, Prefill.ChunkEnd(0, 100, [Image(4, 6), Image(10, 6)], chunk: 10));

    [Property]
    public Property ChunkEnd_AnyPrompt_CoversItOnceAndCutsNoImage() => Prop.ForAll(Prompts, ChunkSizes, (runs, chunk) =>
    {
        var (images, length) = Lay(runs);
        var position = 0;
        while (position < length)
        {
            var end = Prefill.ChunkEnd(position, length, images, chunk);
            if (end <= position || end > length || images.Any(image => image.Position < end && end < image.Position + image.Length))
            {
                return false;
            }
            position = end;
        }
        return true;
    });

    private static Arbitrary<int> ChunkSizes => Gen.Choose(1, 20).ToArbitrary();

    /// <summary>Lengths of runs, text and image by turns.</summary>
    private static Arbitrary<int[]> Prompts => Gen.Choose(1, 30).NonEmptyListOf().Select(runs => runs.ToArray()).ToArbitrary();

    private static (PreparedMedia[] Images, int Length) Lay(int[] runs)
    {
        var (images, position) = (new List<PreparedMedia>(), 0);
        foreach (var (index, length) in runs.Index())
        {
            if (index % 2 == 1)
            {
                images.Add(Image(position, length));
            }
            position += length;
        }
        return ([.. images], position);
    }

    private static PreparedMedia Image(int position, int length) =>
        new(position, length, new PixelValues([], 3, 0, 0), new ContentHash(""));
}
