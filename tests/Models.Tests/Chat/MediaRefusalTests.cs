using MlxActors.Models.Chat;

namespace MlxActors.Models.Tests.Chat;

public sealed class MediaRefusalTests
{
    [Theory]
    [InlineData(Capabilities.Text, "This model takes no audio: it takes text only.")]
    [InlineData(Capabilities.Vision, "This model takes no audio: it takes text and images.")]
    [InlineData(Capabilities.Vision | Capabilities.Video, "This model takes no audio: it takes text, images and video.")]
    public void Refuse_MediumNotTaken_NamesThePartAndWhatIsTaken(Capabilities taken, string message)
    {
        var conversation = Conversation(new ContentPart.Text("Hear this"), new ContentPart.Audio(0));

        Assert.Equal(new PromptError(message, "messages[0].content[1].input_audio"), conversation.Refuse(taken));
    }

    [Fact]
    public void Refuse_AllMediaTaken_IsNothing() =>
        Assert.Null(Conversation(new ContentPart.Audio(0)).Refuse(Capabilities.Vision | Capabilities.Audio));

    [Fact]
    public void Refuse_VideoToAModelOfImages_SaysSo() => Assert.Equal(
        "This model takes no video: it takes text and images.",
        Conversation(new ContentPart.Video(0)).Refuse(Capabilities.Vision)?.Message);

    private static Conversation Conversation(params ContentPart[] parts) => new(
        [new ChatMessage(Role.User, [.. parts], [])], [], [new MediaSource(ReadOnlyMemory<byte>.Empty, "messages[0].content[1].input_audio")]);
}
