using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using MlxActors.Golden.Tokenizers;
using MlxActors.Models.Chat;
using MlxActors.Models.Qwen3Vl;

namespace MlxActors.Golden.Processors;

/// <summary>Which frames are taken, their labels, and how media expand in the prompt.</summary>
public sealed partial class Qwen3VlFrameTests
{
    private const string FramesFile = "frames.json";
    private const string ExpansionFile = "expansion.json";
    private const int PatchesPerToken = 4;

    public static TheoryData<string?> Frames => Qwen3VlFixture.Rows(FramesFile, "rows");

    public static TheoryData<string?> Expansions => Qwen3VlFixture.Rows(ExpansionFile, "rows");

    [SkippableTheory]
    [MemberData(nameof(Frames))]
    public void FrameSampling_Video_TakesTheReferencesFrames(string? row)
    {
        var golden = Qwen3VlFixture.Row(row, FramesFile, "rows");
        var settings = Qwen3VlFixture.Json(FramesFile);
        var rate = new FrameRate(
            settings.GetProperty("fps").GetDouble(),
            settings.GetProperty("min_frames").GetInt32(),
            settings.GetProperty("max_frames").GetInt32());

        var sampling = FrameSampling.Of(
            golden.GetProperty("total_frames").GetInt32(),
            golden.GetProperty("fps").GetDouble(),
            rate,
            settings.GetProperty("temporal_patch_size").GetInt32());

        Assert.Equal(golden.GetProperty("sampled").GetInt32(), sampling.Indices.Length);
        Assert.Equal(golden.GetProperty("grid_t").GetInt32(), sampling.GroupSeconds.Length);
        var labels = sampling.GroupSeconds.Select(FrameSampling.Label).ToArray();
        if (golden.TryGetProperty("indices", out var indices))
        {
            Assert.Equal(Qwen3VlFixture.Ints(indices), sampling.Indices.ToArray());
            Assert.Equal(golden.GetProperty("timestamps").EnumerateArray().Select(time => time.GetDouble()), sampling.GroupSeconds);
            Assert.Equal(Texts(golden, "text"), labels);
        }
        else
        {
            AssertEnds(golden, sampling, labels);
        }
    }

    /// <summary>Of long videos the fixtures hold the ends and the sum.</summary>
    private static void AssertEnds(JsonElement golden, FrameSampling sampling, string[] labels)
    {
        var first = Qwen3VlFixture.Ints(golden.GetProperty("first_indices"));
        var last = Qwen3VlFixture.Ints(golden.GetProperty("last_indices"));
        Assert.Equal(first, sampling.Indices[..first.Length].ToArray());
        Assert.Equal(last, sampling.Indices[^last.Length..].ToArray());
        Assert.Equal(golden.GetProperty("index_sum").GetInt64(), sampling.Indices.Sum(index => (long)index));
        var (firstLabels, lastLabels) = (Texts(golden, "first_text"), Texts(golden, "last_text"));
        Assert.Equal(firstLabels, labels[..firstLabels.Length]);
        Assert.Equal(lastLabels, labels[^lastLabels.Length..]);
    }

    private static string?[] Texts(JsonElement golden, string name) =>
        [.. golden.GetProperty(name).EnumerateArray().Select(text => text.GetString())];

    [SkippableTheory]
    [MemberData(nameof(Expansions))]
    public void Tokenize_MediaInAPrompt_ExpandAsInTheReference(string? row)
    {
        var golden = Qwen3VlFixture.Row(row, ExpansionFile, "rows");
        var folder = Goldens.PathOf("tokenizers", "qwen3");
        Skip.IfNot(Directory.Exists(folder), $"no tokenizer of qwen3 under {Goldens.Root}");
        var (images, videos) = (Media(golden.GetProperty("images"), Image), Media(golden.GetProperty("videos"), Video));
        var (prompt, media) = Parts(golden.GetProperty("text").GetString()!, images, videos);

        var tokens = Qwen3VlPrompt.Tokenize(prompt, TokenizerFiles.Of(folder), media);

        Assert.Equal(Qwen3VlFixture.Ints(golden.GetProperty("ids")), tokens.Tokens.ToArray());
    }

    private static Queue<MediaTokens> Media(JsonElement media, Func<JsonElement, MediaTokens> read) =>
        new(media.EnumerateArray().Select(read));

    private static MediaTokens Image(JsonElement image) => new MediaTokens.Image(GroupLength(image));

    private static MediaTokens Video(JsonElement video)
    {
        var fps = video.GetProperty("fps").GetDouble();
        var seconds = Qwen3VlFixture.Ints(video.GetProperty("indices")).Select(index => index / fps)
            .Chunk(2)
            .Select(pair => (pair[0] + pair[^1]) / 2);
        return new MediaTokens.Video([.. seconds.Select(FrameSampling.Label)], GroupLength(video));
    }

    private static int GroupLength(JsonElement media) =>
        Qwen3VlFixture.Ints(media.GetProperty("grid_thw")) is [_, var rows, var columns] ? rows * columns / PatchesPerToken : 0;

    /// <summary>The text, cut at its media.</summary>
    private static (ImmutableArray<PromptPart> Prompt, Dictionary<int, MediaTokens> Media) Parts(
        string text, Queue<MediaTokens> images, Queue<MediaTokens> videos)
    {
        var media = new Dictionary<int, MediaTokens>();
        var parts = MediaPlaces().Split(text).Select(PromptPart (piece) =>
        {
            var index = media.Count;
            switch (piece)
            {
                case "image_pad":
                    media.Add(index, images.Dequeue());
                    return new PromptPart.Image(index);
                case "video_pad":
                    media.Add(index, videos.Dequeue());
                    return new PromptPart.Video(index);
                default:
                    return new PromptPart.Template(piece);
            }
        });
        return ([.. parts], media);
    }

    [GeneratedRegex(@"<\|vision_start\|><\|(image_pad|video_pad)\|><\|vision_end\|>")]
    private static partial Regex MediaPlaces();
}
