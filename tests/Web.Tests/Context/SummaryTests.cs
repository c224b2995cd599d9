using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Context;

/// <summary>Conversations that outgrow the window, on the demo models, which are trained to sum up and to remember.</summary>
public sealed class SummaryTests : IAsyncLifetime
{
    private const string Header = "x-context-summarized";

    /// <summary>Smaller than the checkpoints', so that little has to be said.</summary>
    private const string Windows = "mlxactors.context.window { demo = 600, demo-qwen = 600 }\n";

    private TestServer? _server;

    private HttpClient Http => _server!.Http;

    public async Task InitializeAsync() =>
        _server = await TestServer.StartAsync(TestServer.Plan(Windows));

    public async Task DisposeAsync() => await _server!.DisposeAsync();

    [Theory]
    [InlineData("demo")]
    [InlineData("demo-qwen")]
    public async Task FactsToldBeforeTheWindowOverflowed_AreKnown(string model)
    {
        var talk = Talk.Of(model, "Anna", "Oslo");
        talk.Chatters(24);

        var name = await AskAsync(talk, "What is my name?");
        var city = await AskAsync(talk, "Which city do I live in?");

        Assert.Equal("Your name is Anna.", name.Content);
        Assert.Equal("You live in Oslo.", city.Content);
        Assert.Equal(46, name.Summarized);
        Assert.True(name.SummaryTokens > 0);
        Assert.Equal((46, 0), (city.Summarized, city.SummaryTokens));
    }

    [Fact]
    public async Task TwoConversationsAtOnce_KeepTheirOwnFacts()
    {
        var anna = Talk.Of("demo", "Anna", "Oslo");
        var elias = Talk.Of("demo", "Elias", "Paris");
        anna.Chatters(24);
        elias.Chatters(24);

        var answers = await Task.WhenAll(AskAsync(anna, "What is my name?"), AskAsync(elias, "What is my name?"));

        Assert.Equal(["Your name is Anna.", "Your name is Elias."], answers.Select(answer => answer.Content));
    }

    [Fact]
    public async Task Turns_AfterTheFirstSummary_ExtendIt()
    {
        var talk = Talk.Of("demo", "Anna", "Oslo");
        talk.Chatters(24);
        var first = await AskAsync(talk, "What is my name?");

        var made = new List<int>();
        for (var turn = 0; turn < 12; turn++)
        {
            talk.Chatters(2);
            var answer = await AskAsync(talk, "What is my name?");
            Assert.Equal("Your name is Anna.", answer.Content);
            made.Add(answer.SummaryTokens);
        }

        // Most turns fit behind the summary that there is. In the end there is more than twice as much to sum up as at first, and what is
        // new is summed up with less than twice the effort.
        Assert.Contains(0, made);
        Assert.Contains(made, tokens => tokens > 0);
        Assert.All(made, tokens => Assert.True(tokens < 2 * first.SummaryTokens, $"{tokens} tokens, {first.SummaryTokens} at first"));
    }

    [Fact]
    public async Task Stream_SaysInItsHeaderCommentsAndUsage_WhatWasSummarised()
    {
        // The engine stands still until the client has heard what it waits for. Whatever it hears before that takes the header's place,
        // so the model is loaded, and the first comment late enough for the conversation to have been counted.
        using var mayStep = new ManualResetEventSlim(initialState: true);
        var gate = new GatedServer { OnForward = _ => mayStep.Wait(TimeSpan.FromSeconds(60)) };
        await using var server = await gate.StartAsync(Windows + "mlxactors.stream.progress-interval = 2s");
        using (await Chat.PostAsync(server.Http, Talk.Of("demo", "Anna", "Oslo").Ask("What is my name?")))
        {
            mayStep.Reset();
        }
        var talk = Talk.Of("demo", "Anna", "Oslo");
        talk.Chatters(24);
        var body = talk.Ask("What is my name?");
        body["stream"] = true;
        body["stream_options"] = new JsonObject { ["include_usage"] = true };

        using var response = await Chat.StreamAsync(server.Http, body);
        await using var lines = new LineReader(response);
        await lines.UntilAsync(line => line == ": summarizing 46 messages");
        mayStep.Set();
        var all = await lines.ToEndAsync();

        Assert.Equal("46", Assert.Single(response.Headers.GetValues(Header)));
        var usage = JsonElement.Parse(all.Last(line => line.Contains("\"usage\":{", StringComparison.Ordinal))["data: ".Length..]).GetProperty("usage");
        Assert.Equal(46, usage.GetProperty("summarized_messages").GetInt32());
        Assert.True(usage.GetProperty("summary_tokens").GetInt32() > 0);
    }

    [Fact]
    public async Task Response_OfAConversationThatOutgrewTheWindow_KnowsTheFactsToo()
    {
        var talk = Talk.Of("demo", "Anna", "Oslo");
        talk.Chatters(24);
        var body = talk.Ask("What is my name?");
        body["input"] = body["messages"]!.DeepClone();
        body.Remove("messages");

        using var response = await Http.PostAsync("/v1/responses", System.Net.Http.Json.JsonContent.Create(body));
        var answer = await Chat.JsonAsync(response);

        Assert.Equal("46", Assert.Single(response.Headers.GetValues(Header)));
        Assert.Equal("Your name is Anna.", answer.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(46, answer.GetProperty("usage").GetProperty("summarized_messages").GetInt32());
    }

    [Fact]
    public async Task Refused_ByTheRequest_Is400WithBothNumbers()
    {
        var talk = new Talk("demo");
        talk.Chatters(40);
        var body = talk.Ask("What is my name?");
        body["context"] = new JsonObject { ["on_overflow"] = "error" };
        body["max_tokens"] = 50;

        using var response = await Chat.PostAsync(Http, body);

        var error = (await Chat.JsonAsync(response)).GetProperty("error");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("context_length_exceeded", error.GetProperty("code").GetString());
        Assert.Matches(
            @"^This model's maximum context length is 600 tokens\. However, you requested \d+ tokens \(\d+ in the messages, 50 in the completion\)\.",
            error.GetProperty("message").GetString());
        Assert.False(response.Headers.Contains(Header));
    }

    [Fact]
    public async Task UnknownPolicy_Is400ThatNamesTheField()
    {
        var body = Chat.Request("Hi");
        body["context"] = new JsonObject { ["on_overflow"] = "truncate" };

        using var response = await Chat.PostAsync(Http, body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("context.on_overflow", (await Chat.JsonAsync(response)).GetProperty("error").GetProperty("param").GetString());
    }

    [Fact]
    public async Task Models_TellTheLoweredWindow() =>
        Assert.Equal(600, (await Chat.JsonAsync(await Http.GetAsync("/v1/models/demo"))).GetProperty("context_window").GetInt32());

    /// <summary>Asks, and notes the answer down.</summary>
    private async Task<Told> AskAsync(Talk talk, string question)
    {
        using var response = await Chat.PostAsync(Http, talk.Ask(question));
        var answer = await Chat.JsonAsync(response);
        Assert.True(response.StatusCode is HttpStatusCode.OK, answer.ToString());
        var content = Chat.ContentOf(answer);
        talk.Tells(question, content);
        var usage = answer.GetProperty("usage");
        var messages = usage.TryGetProperty("summarized_messages", out var summarized) ? summarized.GetInt32() : 0;
        Assert.Equal(messages > 0 ? [$"{messages}"] : [], response.Headers.TryGetValues(Header, out var header) ? header : []);
        return new Told(content, messages, messages > 0 ? usage.GetProperty("summary_tokens").GetInt32() : 0);
    }

    private sealed record Told(string Content, int Summarized, int SummaryTokens);

    /// <summary>A conversation as a client keeps it: all of it goes with each request.</summary>
    private sealed class Talk(string model)
    {
        private static readonly (string Question, string Answer)[] Small =
        [
            ("What is 34 - 6?", "34 - 6 = 28"), ("Count from 3 to 9.", "3, 4, 5, 6, 7, 8, 9"), ("Spell light.", "l-i-g-h-t"),
            ("Tell me the colors of the rainbow.", "red, orange, yellow, green, blue, indigo, violet"),
            ("What can you do?", "I can count, add, repeat, remember names, name capitals, tell a story, describe simple shapes in images, call "
                + "tools and answer questions about this server. Try: \"Count from 3 to 9\"."),
            ("Hi!", "Hello! I am the demo model of MlxActors. What can I do for you?"),
        ];

        private readonly List<(string Role, string Content)> _messages = [];

        /// <summary>Begins with a name and a city.</summary>
        public static Talk Of(string model, string name, string city) => new Talk(model)
            .Tells($"My name is {name}.", $"Nice to meet you, {name}!").Tells($"My city is {city}.", $"{city} is a nice place.");

        public Talk Tells(string said, string answered)
        {
            _messages.Add(("user", said));
            _messages.Add(("assistant", answered));
            return this;
        }

        public void Chatters(int turns)
        {
            for (var turn = 0; turn < turns; turn++)
            {
                var (question, answer) = Small[turn % Small.Length];
                Tells(question, answer);
            }
        }

        public JsonObject Ask(string question) => new()
        {
            ["model"] = model,
            ["temperature"] = 0,
            ["messages"] = new JsonArray([.. _messages.Append(("user", question)).Select(message =>
                new JsonObject { ["role"] = message.Item1, ["content"] = message.Item2 })]),
        };
    }
}
