using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Generation.Context;
using MlxActors.Models.Chat;

namespace MlxActors.Generation.Tests.Context;

public sealed class ConversationCutTests
{
    [Fact]
    public void Talk_KeepsTheLastSix_AndTheQuestionBeforeThem()
    {
        var talk = Talk(5, answered: false);

        var cut = ConversationCut.Of(talk)!;

        Same(talk[..2], cut.Older);
        Same(talk[2..], cut.Kept);
        Assert.True(cut.IsInOrder);
    }

    [Fact]
    public void Talk_ThatIsShort_CannotBeCut() => Assert.Null(ConversationCut.Of(Talk(3, answered: true)));

    [Fact]
    public void ResultOfATool_IsNotPartedFromItsCall()
    {
        ImmutableArray<ChatMessage> messages =
        [
            .. Talk(2, answered: true), Of(Role.User, "weather?"), Calling("c1"), Result("c1"), Result("c2"), Of(Role.Assistant, "sunny"),
            Of(Role.User, "b"), Of(Role.Assistant, "b"), Of(Role.User, "c"),
        ];

        var cut = ConversationCut.Of(messages)!;

        Same(messages[4..], cut.Kept);
    }

    [Fact]
    public void Agent_ThatWorksOnOneQuestion_KeepsIt()
    {
        var question = Of(Role.User, "mend the build");
        ImmutableArray<ChatMessage> messages =
            [question, .. Enumerable.Range(0, 8).SelectMany(i => new[] { Calling($"c{i}"), Result($"c{i}") })];

        var cut = ConversationCut.Of(messages)!;

        Same(messages[1..11], cut.Older);
        Same([question, .. messages[11..]], cut.Kept);
        Assert.False(cut.IsInOrder);
        Assert.Null(cut.With("so far", 4));
    }

    [Fact]
    public void Summary_StandsBehindTheSystemText()
    {
        ImmutableArray<ChatMessage> messages = [Of(Role.System, "Be kind."), .. Talk(5, answered: false)];

        var shortened = ConversationCut.Of(messages)!.With("The user is Anna.");

        Assert.Equal("Be kind.\n\nSummary of the earlier conversation:\nThe user is Anna.", TextOf(shortened[0]));
        Same(messages[3..], shortened[1..]);
    }

    [Fact]
    public void Summary_WithoutSystemText_IsTheSystemText()
    {
        var messages = Talk(5, answered: false);

        var shortened = ConversationCut.Of(messages)!.With("The user is Anna.");

        Assert.Equal((Role.System, "Summary of the earlier conversation:\nThe user is Anna."), (shortened[0].Role, TextOf(shortened[0])));
    }

    [Fact]
    public void SummaryOfAnEarlierTurn_IsFollowedByAllSince()
    {
        var messages = Talk(8, answered: false);

        var shortened = ConversationCut.Of(messages)!.With("The user is Anna.", 4)!.Value;

        Same(messages[4..], shortened[1..]);
    }

    [Property(MaxTest = 500)]
    public Property AnyConversation_IsPartedWhole()
    {
        var role = Gen.Elements(Role.User, Role.Assistant, Role.Tool, Role.System);
        var conversations = Gen.Choose(0, 24).SelectMany(length => Gen.ArrayOf(role, length))
            .Select(roles => roles.Select((of, i) => Of(of, $"message {i}")).ToImmutableArray());
        return Prop.ForAll(conversations.ToArbitrary(), messages =>
        {
            if (ConversationCut.Of(messages) is not { } cut)
            {
                return;
            }
            Assert.Equal(messages.Length, cut.System.Length + cut.Older.Length + cut.Kept.Length);
            Assert.Equal(messages.ToHashSet(), [.. cut.System, .. cut.Older, .. cut.Kept]);
            var talk = messages.Where(message => message.Role is not Role.System).ToImmutableArray();
            Same(talk[^ConversationCut.LastMessages..], cut.Kept[^ConversationCut.LastMessages..]);
            Assert.True(cut.Kept[0].Role is not Role.Tool || talk.IndexOf(cut.Kept[0]) == 0, "a result without its call");
            if (cut.IsInOrder)
            {
                Same(talk, [.. cut.Older, .. cut.Kept]);
            }
        });
    }

    private static void Same(IEnumerable<ChatMessage> expected, IEnumerable<ChatMessage> found) =>
        Assert.Equal(expected.Select(Transcript.Line), found.Select(Transcript.Line));

    private static ImmutableArray<ChatMessage> Talk(int questions, bool answered)
    {
        var turns = Enumerable.Range(0, questions).SelectMany(i => new[] { Of(Role.User, $"q{i}"), Of(Role.Assistant, $"a{i}") });
        return [.. answered ? turns : turns.SkipLast(1)];
    }

    private static ChatMessage Of(Role role, string text) => ChatMessage.Of(role, text);

    private static ChatMessage Calling(string id) => new(Role.Assistant, [], [new ToolCall(id, "run", "{}")]);

    private static ChatMessage Result(string id) => ChatMessage.Of(Role.Tool, id) with { ToolCallId = id };

    private static string TextOf(ChatMessage message) => Assert.IsType<ContentPart.Text>(Assert.Single(message.Parts)).Value;
}
