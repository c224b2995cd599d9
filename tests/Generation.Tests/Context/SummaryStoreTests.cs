using System.Collections.Immutable;
using MlxActors.Generation.Context;
using MlxActors.Models.Chat;

namespace MlxActors.Generation.Tests.Context;

public sealed class SummaryStoreTests
{
    private static readonly ImmutableArray<ConversationKey> Keys =
        ConversationKey.Prefixes([.. Enumerable.Range(0, 4).Select(i => ChatMessage.Of(Role.User, $"{i}"))], []);

    [Fact]
    public void Find_GivesTheSummaryOfTheMost()
    {
        var store = new SummaryStore(8).Add("m", Keys[0], "one").Add("m", Keys[2], "three").Add("other", Keys[3], "four");

        Assert.Equal(new KeptSummary(3, "three"), store.Find("m", Keys).Found);
        Assert.Equal(new KeptSummary(1, "one"), store.Find("m", Keys[..2]).Found);
        Assert.Null(store.Find("another", Keys).Found);
    }

    [Fact]
    public void Add_BeyondTheCapacity_ForgetsTheOneUsedLongestAgo()
    {
        var store = new SummaryStore(2).Add("m", Keys[0], "one").Add("m", Keys[1], "two");

        store = store.Find("m", Keys[..1]).Store.Add("m", Keys[2], "three");

        Assert.Equal(2, store.Count);
        Assert.Equal(new KeptSummary(1, "one"), store.Find("m", Keys[..2]).Found);
    }

    [Fact]
    public void Keys_TellConversationsApart()
    {
        static ConversationKey KeyOf(ChatMessage message, params ImmutableArray<MediaSource> media) =>
            ConversationKey.Prefixes([message], media)[0];
        var image = new ChatMessage(Role.User, [new ContentPart.Image(0)], []);
        ConversationKey[] keys =
        [
            KeyOf(ChatMessage.Of(Role.User, "a")),
            KeyOf(ChatMessage.Of(Role.Assistant, "a")),
            KeyOf(new ChatMessage(Role.User, [new ContentPart.Text("a"), new ContentPart.Text("")], [])),
            KeyOf(image, new MediaSource(new byte[] { 1 }, "")),
            KeyOf(image, new MediaSource(new byte[] { 2 }, "")),
            KeyOf(new ChatMessage(Role.Assistant, [], [new ToolCall("c1", "f", "{}")])),
        ];

        Assert.Distinct(keys);
        Assert.Equal(keys[3], KeyOf(image, new MediaSource(new byte[] { 1 }, "elsewhere")));
        Assert.Equal(Keys[0], KeyOf(ChatMessage.Of(Role.User, "0")));
    }
}
