using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Generation;
using MlxActors.Models.Chat;
using MlxActors.Web.OpenAi;
using MlxActors.Web.OpenAi.Contracts;
using MlxActors.Web.OpenAi.Parsing;

namespace MlxActors.Web.Tests.OpenAi;

public sealed class ResponseStoreTests
{
    private static readonly Conversation Empty = new([], [], []);

    [Fact]
    public void Add_BeyondTheCount_DropsWhatWasNotUsedForLongest()
    {
        var store = new ResponseStore(new ResponseLimits(Count: 2, Bytes: 1000));
        store.Add(Response("a", 1));
        store.Add(Response("b", 1));
        Assert.NotNull(store.Find(Id("a")));

        store.Add(Response("c", 1));

        Assert.Equal([true, false, true], new[] { "a", "b", "c" }.Select(id => store.Find(Id(id)) is not null));
    }

    [Fact]
    public void Add_BeyondTheBytes_DropsUntilAllFits()
    {
        var store = new ResponseStore(new ResponseLimits(Count: 10, Bytes: 100));
        store.Add(Response("a", 40));
        store.Add(Response("b", 40));

        store.Add(Response("c", 90));

        Assert.Equal([false, false, true], new[] { "a", "b", "c" }.Select(id => store.Find(Id(id)) is not null));
    }

    [Fact]
    public void Add_OfMoreThanTheStoreHolds_KeepsTheOthers()
    {
        var store = new ResponseStore(new ResponseLimits(Count: 10, Bytes: 100));
        store.Add(Response("a", 40));

        store.Add(Response("b", 101));

        Assert.Equal([true, false], new[] { "a", "b" }.Select(id => store.Find(Id(id)) is not null));
    }

    [Fact]
    public void Remove_FreesWhatTheResponseHeld()
    {
        var store = new ResponseStore(new ResponseLimits(Count: 10, Bytes: 100));
        store.Add(Response("a", 60));

        Assert.True(store.Remove(Id("a")));
        Assert.False(store.Remove(Id("a")));
        store.Add(Response("b", 50));
        store.Add(Response("c", 50));

        Assert.Equal([false, true, true], new[] { "a", "b", "c" }.Select(id => store.Find(Id(id)) is not null));
    }

    [Fact]
    public void Bytes_CountFilesTextsAndItems()
    {
        var message = ChatMessage.Of(Role.User, "four") with { ToolCalls = [new ToolCall("c", "f", "{}")] };
        var conversation = new Conversation([message], [], [new MediaSource(new byte[7], "input")]);

        Assert.Equal(5 + 7 + (2 * 4) + (2 * 3) + 11, new StoredResponse(Head("a"), new byte[5], conversation, [new byte[11]], []).Bytes);
    }

    [Fact]
    public void Bytes_CountEvents()
    {
        var top = new TokenLogprob([1], -1, []);
        var text = new GenerationEvent.Text("four") { Logprobs = [top with { Top = [top, top] }] };

        Assert.Equal(64 + (2 * 4) + (3 * 96), new StoredResponse(Head("a"), [], Empty, [], [text]).Bytes);
    }

    private static StoredResponse Response(string name, int bytes) => new(Head(name), new byte[bytes], Empty, [], []);

    private static ResponseHead Head(string name) => new(
        new RequestId(new Guid(name[0], 0, 0, new byte[8])),
        DateTimeOffset.UnixEpoch,
        "demo",
        Store: true,
        new ResponseEcho(ImmutableDictionary<string, JsonElement>.Empty));

    private static string Id(string name) => Head(name).Id;
}
