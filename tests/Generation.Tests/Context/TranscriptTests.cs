using System.Collections.Immutable;
using FsCheck.Xunit;
using MlxActors.Generation.Context;
using MlxActors.Models.Chat;

namespace MlxActors.Generation.Tests.Context;

public sealed class TranscriptTests
{
    [Fact]
    public void Request_HasTheTrainedWords()
    {
        var request = Transcript.Request(
            "The user lives in Warsaw.", [Transcript.Line(ChatMessage.Of(Role.User, "Hi!")), Transcript.Line(ChatMessage.Of(Role.Assistant, "Hello!"))]);

        Assert.Equal(
            """
            Summarize the conversation below in a few sentences. Keep names, numbers, decisions and open questions.

            system: Summary of the earlier conversation:
            The user lives in Warsaw.
            user: Hi!
            assistant: Hello!
            """,
            Assert.IsType<ContentPart.Text>(Assert.Single(Assert.Single(request.Messages).Parts)).Value);
    }

    [Fact]
    public void Line_ShowsWhatIsNoText()
    {
        ImmutableArray<ContentPart> parts = [new ContentPart.Image(0), new ContentPart.Text("What is it?"), new ContentPart.Audio(1)];

        Assert.Equal("user: [image] What is it? [audio]", Transcript.Line(new ChatMessage(Role.User, parts, [])));
        Assert.Equal(
            """assistant: [calls get_weather with {"city":"Paris"}]""",
            Transcript.Line(new ChatMessage(Role.Assistant, [], [new ToolCall("c1", "get_weather", """{"city":"Paris"}""")])));
    }

    [Property(MaxTest = 500)]
    public void Pieces_HoldAllOfTheTranscript_AndNoneIsTooLong(string[] messages, byte limit)
    {
        // A letter is a token, and the shortest line one.
        var longest = limit + 1;
        var texts = messages.Select(message => message ?? "").ToArray();
        var lines = texts.SelectMany(text => TranscriptPieces.Lines(text, longest, part => part.Length)).ToImmutableArray();

        var pieces = new List<ImmutableArray<TranscriptLine>>();
        for (var first = 0; first < lines.Length;)
        {
            var end = TranscriptPieces.End(lines, first, taken: 0, longest);
            pieces.Add(lines[first..end]);
            first = end;
        }

        Assert.Equal(string.Concat(texts), string.Concat(lines.Select(line => line.Text)));
        Assert.Equal(lines, pieces.SelectMany(piece => piece));
        Assert.All(pieces, piece => Assert.True(piece.Sum(line => line.Tokens) <= longest || piece is [{ Text.Length: <= 2 }]));
    }

    [Fact]
    public void LongestPiece_IsShorterForATranscriptThatHasToBeParted() =>
        Assert.Equal((4000, 1000), (TranscriptPieces.LongestPiece(10_000, 4000), TranscriptPieces.LongestPiece(10_000, 4001)));

    [Property]
    public void Piece_BeginsWithTheSummarySoFar_WhichTakesItsRoom(byte taken)
    {
        var lines = Enumerable.Repeat(new TranscriptLine("line", 10), 50).ToImmutableArray();

        var end = TranscriptPieces.End(lines, 0, taken, longest: 200);

        Assert.Equal(Math.Max(1, (200 - taken) / 10), end);
    }
}
