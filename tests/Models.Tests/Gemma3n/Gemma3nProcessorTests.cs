using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Xunit;
using MlxActors.Models.Chat;
using MlxActors.Models.Gemma3n;
using MlxActors.Models.Media;
using MlxActors.Models.Tests.Text;
using MlxActors.Native.Results;

namespace MlxActors.Models.Tests.Gemma3n;

public sealed class Gemma3nProcessorTests : IDisposable
{
    private const int FirstControl = 400;
    private const int ImageTokens = 256;
    private const int AudioTokens = 188;
    private const Capabilities All = Capabilities.Vision | Capabilities.Video | Capabilities.Audio;

    private static readonly string[] Controls =
    [
        "<bos>", "<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<image_soft_token>", "<end_of_image>", "<start_of_audio>",
        "<audio_soft_token>", "<end_of_audio>",
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlxactors-");

    public Gemma3nProcessorTests()
    {
        var file = SmallTokenizer.Characters();
        foreach (var (i, control) in Controls.Index())
        {
            file["added_tokens"]!.AsArray().Add(new JsonObject { ["content"] = control, ["id"] = FirstControl + i, ["special"] = true });
            file["model"]!["vocab"]![control] = FirstControl + i;
        }
        File.WriteAllText(Path.Combine(_folder.FullName, "tokenizer.json"), file.ToJsonString());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Prepare_EachMedium_StandsAtItsTokensWithAHashOfItsOwn()
    {
        var conversation = Asking(new ContentPart.Image(0), new ContentPart.Audio(1), new ContentPart.Video(2), new ContentPart.Image(0));

        var prepared = Ready(Prepare(conversation, new Decoder(Seconds: 2, Video: new VideoInfo(70, 25))));

        var (picture, clip, video) = (HashOf(conversation, 0), HashOf(conversation, 1), HashOf(conversation, 2));
        Assert.Equal([picture, clip, video.Part(0), video.Part(1), video.Part(2), picture], prepared.Media.Select(media => media.Hash));
        Assert.Equal(
            [ImageTokens, AudioTokens, ImageTokens, ImageTokens, ImageTokens, ImageTokens], prepared.Media.Select(media => media.Length));
        Assert.Equal([.. prepared.Media.Select(media => media.Input is MelFrames ? "<audio_soft_token>" : "<image_soft_token>")],
            prepared.Media.Select(media => Controls[prepared.Tokens[media.Position] - FirstControl]).ToArray());
        Assert.All(prepared.Media, media => Assert.Single(prepared.Tokens.AsSpan(media.Position, media.Length).ToArray().Distinct()));
        var soft = prepared.Tokens.Count(id => id == IdOf("<image_soft_token>") || id == IdOf("<audio_soft_token>"));
        Assert.Equal(prepared.Media.Sum(media => media.Length), soft);
    }

    [Fact]
    public void Prepare_Picture_StandsBetweenNewlinesThatJoinTheirNeighbours()
    {
        var prepared = Ready(Prepare(Asking(new ContentPart.Image(0)), new Decoder(1, new VideoInfo(1, 1))));

        var before = prepared.Tokens[..prepared.Media[0].Position];
        Assert.Equal([SmallTokenizer.TwoNewlines, SmallTokenizer.Newline, IdOf("<start_of_image>")], before[^3..].ToArray());
    }

    [Fact]
    public void Prepare_ClipOfThirtySeconds_FitsItsTokens() =>
        Assert.Single(Ready(Prepare(Asking(new ContentPart.Audio(0)), new Decoder(30, new VideoInfo(1, 1)))).Media);

    [Fact]
    public void Prepare_LongerClip_IsRefusedNamingItsLengthAndTheLimit()
    {
        var error = Refused(Prepare(Asking(new ContentPart.Audio(0)), new Decoder(30.5, new VideoInfo(1, 1))));

        Assert.Equal("unusable clip: found 30.5 seconds, expected at most 30 seconds: send longer ones in pieces", error.Message);
        Assert.Equal("media[0]", error.Field);
    }

    [Theory]
    [InlineData(Capabilities.Vision | Capabilities.Video, "audio")]
    [InlineData(Capabilities.Audio, "video")]
    [InlineData(Capabilities.Audio, "images")]
    public void Prepare_MediumWithoutATower_IsRefused(Capabilities capabilities, string medium)
    {
        ContentPart part = medium switch
        {
            "audio" => new ContentPart.Audio(0),
            "video" => new ContentPart.Video(0),
            _ => new ContentPart.Image(0),
        };

        var error = Refused(Prepare(Asking(part), new Decoder(1, new VideoInfo(1, 1)), capabilities));

        Assert.Equal("media[0]", error.Field);
        Assert.Contains($"takes no {medium}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 25, new[] { 0 })]
    [InlineData(10, 25, new[] { 5 })]
    [InlineData(75, 25, new[] { 12, 37, 62 })]
    [InlineData(4, 0.5, new[] { 0, 1, 2, 3 })]
    public void ChooseFrames_OneASecond_TakesTheMiddleOfEach(int frames, double rate, int[] expected) =>
        Assert.Equal(expected, Gemma3nFrames.Choose(new VideoInfo(frames, rate)));

    [Property]
    public bool ChooseFrames_AnyVideo_AscendsWithinItAndIsBounded(PositiveInt frames, PositiveInt rate)
    {
        var chosen = Gemma3nFrames.Choose(new VideoInfo(frames.Get, rate.Get / 7.0));

        return chosen.Length is >= 1 and <= 32
            && chosen[0] >= 0
            && chosen[^1] < frames.Get
            && chosen.Zip(chosen.Skip(1)).All(pair => pair.First < pair.Second);
    }

    private Result<PreparedPrompt, PromptError> Prepare(Conversation conversation, IMediaDecoder decoder, Capabilities capabilities = All)
    {
        var config = Gemma3nConfig.Parse(ConfigNode.Parse(
            "config.json", Encoding.UTF8.GetBytes("""{"model_type":"gemma3n","text_config":{},"vision_config":{},"audio_config":{}}""")));
        return Gemma3nProcessor.Load(_folder.FullName, config, capabilities)
            .Match(processor => processor, error => throw new InvalidOperationException(error.Message))
            .Prepare(conversation, decoder, CancellationToken.None);
    }

    private static PreparedPrompt Ready(Result<PreparedPrompt, PromptError> outcome) =>
        Assert.IsType<Result<PreparedPrompt, PromptError>.Ok>(outcome).Value;

    private static PromptError Refused(Result<PreparedPrompt, PromptError> outcome) =>
        Assert.IsType<Result<PreparedPrompt, PromptError>.Error>(outcome).Reason;

    private static Conversation Asking(params ImmutableArray<ContentPart> parts) => new(
        [new ChatMessage(Role.User, parts, [])],
        [],
        [.. Enumerable.Range(0, 3).Select(i => new MediaSource(new[] { (byte)i }, $"media[{i}]"))]);

    private static ContentHash HashOf(Conversation conversation, int index) => ContentHash.Of(conversation.Media[index].Content.Span);

    private static int IdOf(string control) => FirstControl + Array.IndexOf(Controls, control);

    /// <summary>Whatever it is given, decodes to silence and to grey.</summary>
    private sealed record Decoder(double Seconds, VideoInfo Video) : IMediaDecoder
    {
        private static readonly PixelImage Grey = new(2, 2, [.. Enumerable.Repeat((byte)128, 12)]);

        public Result<PixelImage, MediaError> Image(
            ReadOnlyMemory<byte> content, Transparency transparency, CancellationToken cancellationToken) => Grey;

        public Result<AudioClip, MediaError> Audio(ReadOnlyMemory<byte> content, int sampleRate, CancellationToken cancellationToken) =>
            new AudioClip(new float[(int)(Seconds * sampleRate)], sampleRate);

        Result<VideoFrames, MediaError> IMediaDecoder.Video(
            ReadOnlyMemory<byte> content, ChooseFrames choose, CancellationToken cancellationToken) =>
            new VideoFrames(Video, [.. choose(Video).Select(_ => Grey)]);
    }
}
