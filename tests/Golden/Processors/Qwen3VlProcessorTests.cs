using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using MlxActors.Models;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Golden.Processors;

/// <summary>Conversations with images and videos, from messages and files to ids and patches.</summary>
public sealed partial class Qwen3VlProcessorTests(Qwen3VlCheckpoint checkpoint) : IClassFixture<Qwen3VlCheckpoint>
{
    private const string ExpansionFile = "expansion.json";
    private const int ImagePad = 151655;
    private const int VideoPad = 151656;

    /// <summary><c>&lt;|im_start|&gt;assistant\n</c>, which only some of the fixtures end with.</summary>
    private static readonly int[] Opening = [151644, 77091, 198];

    public static TheoryData<string?> Expansions => Qwen3VlFixture.Rows(ExpansionFile, "rows");

    public static TheoryData<string?> Videos => Qwen3VlFixture.Rows(Qwen3VlClips.File, "videos");

    [SkippableTheory]
    [MemberData(nameof(Expansions))]
    public void Prepare_ImagesAndVideos_GivesTheReferencesIds(string? row)
    {
        var golden = Qwen3VlFixture.Row(row, ExpansionFile, "rows");
        var ids = Qwen3VlFixture.Ints(golden.GetProperty("ids"));

        var prompt = Qwen3VlFixture.Ok(checkpoint.Processor.Prepare(ConversationOf(golden), new Qwen3VlClips(), default));

        Assert.Equal(ids.AsSpan().EndsWith(Opening) ? ids : [.. ids, .. Opening], prompt.Tokens.AsEnumerable());
        Assert.Equal(
            Enumerable.Range(0, ids.Length).Where(position => ids[position] is ImagePad or VideoPad),
            prompt.Media.SelectMany(media => Enumerable.Range(media.Position, media.Length)));
    }

    [SkippableTheory]
    [MemberData(nameof(Videos))]
    public void Prepare_Video_GivesEachGroupsPatchesUnderItsOwnName(string? row)
    {
        var golden = Qwen3VlFixture.Row(row, Qwen3VlClips.File, "videos");
        var source = Qwen3VlClips.Source(golden.GetProperty("name").GetString()!, "messages[0].content[0].video_url");

        var prepared = checkpoint.Processor.Prepare(Ask(source), new Qwen3VlClips(), default);

        if (golden.TryGetProperty("error", out _))
        {
            var error = Assert.IsType<Result<PreparedPrompt, PromptError>.Error>(prepared).Reason;
            Assert.Equal(source.Field, error.Field);
            Assert.Contains("at least 2 are needed", error.Message);
            return;
        }
        var media = Qwen3VlFixture.Ok(prepared).Media;
        var file = ContentHash.Of(source.Content.Span);
        Assert.Equal(media.Select((_, group) => file.Part(group)), media.Select(group => group.Hash));
        Qwen3VlFixture.AssertPatches(
            golden, Qwen3VlFixture.Json(Qwen3VlClips.File).GetProperty("tolerance"), Qwen3VlClips.Tensors(), "pixel_values_videos",
            [.. media.Select(group => Assert.IsType<PatchValues>(group.Input))]);
    }

    [SkippableFact]
    public void Prepare_OneVideoTwice_IsDecodedOnceAndStandsTwice()
    {
        var content = ImmutableArray.Create<ContentPart>(new ContentPart.Video(0), new ContentPart.Video(0));
        var conversation = new Conversation([new ChatMessage(Role.User, content, [])], [], [Qwen3VlClips.Source("clip_9f_40x33")]);

        var media = Qwen3VlFixture.Ok(checkpoint.Processor.Prepare(conversation, new Qwen3VlClips(), default)).Media;

        Assert.Equal(10, media.Length);
        Assert.All(media.Take(5).Zip(media.Skip(5)), pair => Assert.Same(pair.First.Input, pair.Second.Input));
    }

    [SkippableFact]
    public void Prepare_VideoForACheckpointWithoutTower_IsRefusedByField()
    {
        var source = Qwen3VlClips.Source("clip_9f_40x33", "messages[0].content[0].video_url");

        var prepared = checkpoint.TextOnly.Prepare(Ask(source), new Qwen3VlClips(), default);

        Assert.Equal(source.Field, Assert.IsType<Result<PreparedPrompt, PromptError>.Error>(prepared).Reason.Field);
    }

    private static Conversation Ask(MediaSource video) =>
        new([new ChatMessage(Role.User, [new ContentPart.Video(0), new ContentPart.Text("What happens?")], [])], [], [video]);

    /// <summary>The user's one message, cut at its media, and the files that the row names.</summary>
    private static Conversation ConversationOf(JsonElement golden)
    {
        var text = UserTurn().Match(golden.GetProperty("text").GetString()!).Groups[1].Value;
        var images = new Queue<string>(Names(golden, "images", "name"));
        var clips = new Queue<string>(Names(golden, "videos", "clip"));
        var files = ImmutableArray.CreateBuilder<MediaSource>();
        var parts = ImmutableArray.CreateBuilder<ContentPart>();
        foreach (var piece in MediaPlaces().Split(text).Where(piece => piece.Length > 0))
        {
            parts.Add(piece switch
            {
                "image_pad" => new ContentPart.Image(files.Count),
                "video_pad" => new ContentPart.Video(files.Count),
                _ => new ContentPart.Text(piece),
            });
            if (piece is "image_pad")
            {
                files.Add(new MediaSource(File.ReadAllBytes(Qwen3VlFixture.PathOf($"images/{images.Dequeue()}.png")), "messages"));
            }
            else if (piece is "video_pad")
            {
                files.Add(Qwen3VlClips.Source(clips.Dequeue()));
            }
        }
        return new Conversation([new ChatMessage(Role.User, parts.ToImmutable(), [])], [], files.ToImmutable());
    }

    private static IEnumerable<string> Names(JsonElement golden, string kind, string member) =>
        golden.GetProperty(kind).EnumerateArray().Select(media => media.GetProperty(member).GetString()!);

    [GeneratedRegex(@"^<\|im_start\|>user\n(.*)<\|im_end\|>\n(?:<\|im_start\|>assistant\n)?$", RegexOptions.Singleline)]
    private static partial Regex UserTurn();

    [GeneratedRegex(@"<\|vision_start\|><\|(image_pad|video_pad)\|><\|vision_end\|>")]
    private static partial Regex MediaPlaces();
}
