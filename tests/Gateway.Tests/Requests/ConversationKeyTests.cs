using System.Text;
using System.Text.Json;
using MlxActors.Gateway.Requests;

namespace MlxActors.Gateway.Tests.Requests;

/// <summary>Which requests count as turns of one conversation.</summary>
public sealed class ConversationKeyTests
{
    private const string System = """{"role":"system","content":"Be brief."}""";
    private const string Hello = """{"role":"user","content":"Hello"}""";
    private const string Turn = $$"""{"model":"demo","messages":[{{System}},{{Hello}}]}""";
    private const string NextTurn = $$"""
        {"n":1,"messages":[{{System}},{{Hello}},{"role":"assistant","content":"Hi."},{"role":"user","content":"Who?"}],"model":"demo"}
        """;

    [Fact]
    public void LaterTurn_HasTheKeyOfTheFirst() => Assert.Equal(KeyOf(Turn), KeyOf(NextTurn));

    [Theory]
    [InlineData($$"""{"model":"demo","messages":[{{System}},{"role":"user","content":"Bye"}]}""")]
    [InlineData($$"""{"model":"demo","messages":[{"role":"system","content":"Be long."},{{Hello}}]}""")]
    [InlineData($$"""{"model":"other","messages":[{{System}},{{Hello}}]}""")]
    [InlineData($$"""{"model":"demo","tools":[{"type":"function"}],"messages":[{{System}},{{Hello}}]}""")]
    [InlineData($$"""{"model":"demo","prompt_cache_key":"k","messages":[{{System}},{{Hello}}]}""")]
    public void WhatBeginsThePromptDifferently_HasAnotherKey(string body) => Assert.NotEqual(KeyOf(Turn), KeyOf(body));

    [Fact]
    public void Prompt_ThatGrows_KeepsItsKey()
    {
        var beginning = new string('x', 600);

        Assert.Equal(
            KeyOf($$"""{"model":"demo","prompt":"{{beginning}}"}"""), KeyOf($$"""{"model":"demo","prompt":"{{beginning}} and more"}"""));
        Assert.NotEqual(KeyOf("""{"model":"demo","prompt":"one"}"""), KeyOf("""{"model":"demo","prompt":"two"}"""));
    }

    [Fact]
    public void ItemsOfAResponse_CountAsMessagesDo() => Assert.Equal(
        KeyOf($$"""{"model":"demo","instructions":"x","input":[{{Hello}}]}"""),
        KeyOf($$"""{"model":"demo","instructions":"x","input":[{{Hello}},{"role":"assistant","content":"Hi."},{{Hello}}]}"""));

    [Theory]
    [InlineData("""{"model":"demo"}""")]
    [InlineData("""{"model":"demo","messages":[]}""")]
    [InlineData("""{"model":"demo","messages":7}""")]
    public void BodyWithoutAConversation_HasNoKey(string body) => Assert.Null(KeyOf(body));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    public void WhatIsNoObject_SaysNothing(string body) =>
        Assert.Equal(ReadRequest.Nothing, ReadRequest.Of(Encoding.UTF8.GetBytes(body), true));

    [Fact]
    public void Request_IsReadForWhatThePolicyNeeds()
    {
        var read = ReadRequest.Of("""{"model":"demo","input":"hi","previous_response_id":"resp_1"}"""u8.ToArray(), needsModel: true);

        Assert.Equal(("demo", "resp_1"), (read.Facts.Model, read.PreviousResponse));
        Assert.NotNull(read.Facts.Conversation);
    }

    private static ulong? KeyOf(string body)
    {
        using var document = JsonDocument.Parse(body);
        return ConversationKey.Of(document.RootElement);
    }
}
