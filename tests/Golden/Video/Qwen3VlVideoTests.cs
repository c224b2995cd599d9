using System.Text.Json;
using MlxActors.Generation.Batching;
using MlxActors.Golden.Batching;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Models.Qwen3Vl;

namespace MlxActors.Golden.Video;

/// <summary>From a video's file to an answer of the demo model: ffmpeg, frames, groups, prompt, tower, decoder.</summary>
public sealed class Qwen3VlVideoTests
{
    private const string Folder = "video";
    private const string Model = "demo-qwen";
    private const int FramesPerGroup = 2;

    /// <summary>A level, as the model is given it.</summary>
    private const double Level = 2.0 / byte.MaxValue;

    private static readonly Lazy<IReadOnlyDictionary<string, JsonElement>> Index =
        new(() => CorpusIndex.Read(Goldens.PathOf(Folder, "index.json")));

    public static TheoryData<string?> Rows => Goldens.Rows(Index.Value.Keys);

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Prepare_Video_ShowsItsFramesBehindTheirMoments(string? name)
    {
        var row = Index.Value[Goldens.SkipWhenNone(name, Folder)];
        using var batches = new DemoBatches(Model, LocalDecoder.Instance, [DemoBatches.About(Source(name!), "What happens?")]);
        var sampling = FrameSampling.Of(
            row.GetProperty("frames").GetInt32(), row.GetProperty("avg_fps").GetDouble(), FrameRate.Default, FramesPerGroup);

        Assert.Contains(string.Concat(sampling.GroupSeconds.Select(FrameSampling.Label)), batches.TextOf(0));
        var frames = sampling.Indices.Chunk(FramesPerGroup).ToArray();
        Assert.Equal(frames.Length, batches.Prompt(0).Media.Length);
        foreach (var (group, media) in frames.Zip(batches.Prompt(0).Media))
        {
            var patches = Assert.IsType<PatchValues>(media.Input);
            AssertColour(row, group[0], patches, first: true);
            AssertColour(row, group[^1], patches, first: false);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Step_VideoTwiceInSmallChunks_GivesTheAnswerAlone(string? name)
    {
        using var batches = new DemoBatches(
            Model, LocalDecoder.Instance, [DemoBatches.About(Source(Goldens.SkipWhenNone(name, Folder)), "What happens?")]);

        batches.AssertEachAsAlone(new Mix(
            [new Arrival(0, 0, null), new Arrival(0, 3, null)], new BatchLimits(MaxBatch: 2, PrefillChunk: 5, KvBytes: null, FeatureBytes: 1 << 20)));
    }

    private static MediaSource Source(string name)
    {
        var content = File.ReadAllBytes(Goldens.PathOf(Folder, name));
        LocalDecoder.Instance.Video(content, _ => [0], default).Match(
            _ => true,
            error =>
            {
                LocalDecoder.SkipWithoutFfmpeg(error);
                throw new InvalidDataException(error.Message);
            });
        return new MediaSource(content, "messages");
    }

    /// <summary>A frame is of one colour but for its white corner, so that every patch but that corner's shows the colour.</summary>
    /// <param name="first">Which half of each patch is of the frame.</param>
    private static void AssertColour(JsonElement row, int frame, PatchValues patches, bool first)
    {
        double[] expected = [.. row.GetProperty("mean_rgb")[frame].EnumerateArray().Select(level => level.GetDouble() * Level - 1)];
        var tolerance = row.GetProperty("tolerance").GetProperty("mean_rgb").GetDouble() * Level;
        var count = patches.GridRows * patches.GridColumns;
        var length = patches.Values.Length / count;
        var like = patches.Values.Chunk(length)
            .Select(patch => first ? patch[..(length / 2)] : patch[(length / 2)..])
            .Count(pixels => expected.Index().All(channel =>
                Math.Abs(pixels.Where((_, i) => i % PixelImage.Channels == channel.Index).Average() - channel.Item) <= tolerance));
        Assert.InRange(like, count - Math.Max(1, count / 4), count);
    }
}
