using System.Text.Json;
using System.Text.Json.Nodes;
using MlxActors.Golden;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.OpenAi;

/// <summary>Turns of conversations with the demo models, as clients send them: what was read before is not read again, and usage says so.</summary>
public sealed class NextTurnTests
{
    /// <summary>Tokens that all prompts begin with, which the first request finds known: another one warms the server up.</summary>
    private const int Opening = 8;

    [Theory]
    [InlineData("demo")]
    [InlineData("demo-qwen")]
    public async Task SecondTurn_OfALongConversation_ReadsOnlyWhatIsNew(string model)
    {
        await using var server = await StartAsync();
        await using var forgetful = await TestServer.StartAsync(TestServer.Plan("mlxactors.engine.prefix-cache-bytes = off"));
        var (talk, again) = (new Talk(server, model, SmallTalk(50)), new Talk(forgetful, model, SmallTalk(50)));
        string[] questions = ["My name is Rosa.", "What is my name?", "How much is 7 + 9?"];
        var (turns, expected) = (new List<Turn>(), new List<Turn>());
        foreach (var question in questions)
        {
            turns.Add(await talk.AskAsync(question));
            expected.Add(await again.AskAsync(question));
        }

        Assert.InRange(turns[0].Prompt, 1500, 2000);
        Assert.InRange(turns[0].Cached, 0, Opening);
        Assert.Equal((turns[0].Held, turns[1].Held), (turns[1].Cached, turns[2].Cached));
        Assert.InRange(turns[1].Prompt - turns[1].Cached, 1, 20);
        Assert.Equal(expected, turns.Select(turn => turn with { Cached = 0 }));
    }

    [Fact]
    public async Task InterleavedConversations_KeepTheirFactsAndTheirPrefixes()
    {
        await using var server = await StartAsync();
        var (rosa, adam) = (new Talk(server, "demo", SmallTalk(8)), new Talk(server, "demo", SmallTalk(8)));

        var (rosaFirst, adamFirst) = (await rosa.AskAsync("My name is Rosa."), await adam.AskAsync("My name is Adam."));
        var (rosaSecond, adamSecond) = (await rosa.AskAsync("What is my name?"), await adam.AskAsync("What is my name?"));

        Assert.Equal(("Your name is Rosa.", "Your name is Adam."), (rosaSecond.Content, adamSecond.Content));
        Assert.Equal((rosaFirst.Held, adamFirst.Held), (rosaSecond.Cached, adamSecond.Cached));
    }

    [SkippableTheory]
    [InlineData("demo")]
    [InlineData("demo-qwen")]
    public async Task ThreeTurnsAboutAnImage_EncodeItOnce(string model)
    {
        var file = Goldens.PathOf(Goldens.SkipWhenNone("demo/images/demo-077-0.png", "demo"));
        var encoded = 0;
        // The features themselves are not kept.
        await using var server = await new GatedServer { OnEncode = () => encoded++ }.StartAsync("mlxactors.media.feature-cache = 0");
        var talk = new Talk(server, model, []);
        var image = new JsonObject
        {
            ["type"] = "image_url",
            ["image_url"] = new JsonObject { ["url"] = $"data:image/png;base64,{Convert.ToBase64String(File.ReadAllBytes(file))}" },
        };

        var first = await talk.AskAsync(new JsonArray(image, new JsonObject { ["type"] = "text", ["text"] = "What color is the triangle?" }));
        var second = await talk.AskAsync("What do you see?");
        var third = await talk.AskAsync("Who are you?");

        Assert.Equal(1, encoded);
        Assert.Equal((first.Held, second.Held), (second.Cached, third.Cached));
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("demo-qwen")]
    public async Task TurnBehindAToolsResult_ReadsOnlyTheResult(string model)
    {
        await using var server = await StartAsync();
        var talk = new Talk(server, model, [])
        {
            Tools = JsonNode.Parse("""
                [{"type":"function","function":{"name":"get_weather","description":"Current weather in a city",
                  "parameters":{"type":"object","properties":{"city":{"type":"string","description":"The city"}},"required":["city"]}}}]
                """),
        };

        var call = await talk.AskAsync("What is the weather in Lima?");
        var answer = await talk.AnswerCallAsync("""{"temperature": 21}""");

        Assert.Equal("tool_calls", call.FinishReason);
        // The engine may have been ahead when the call was complete.
        Assert.InRange(answer.Cached, call.Held, call.Held + 2);
    }

    [Fact]
    public async Task Usage_IsTheSameWholeStreamedAndFromEachEndpoint()
    {
        await using var server = await StartAsync();
        const string Prompt = "Count from 3 to 9.";
        var messages = $$"""[{"role":"user","content":"{{Prompt}}"}]""";
        await Api.JsonAsync(server.Http, Chat.Path, $$"""{"model":"demo","messages":{{messages}},"max_tokens":4}""");

        var whole = await Api.JsonAsync(server.Http, Chat.Path, $$"""{"model":"demo","messages":{{messages}},"max_tokens":4}""");
        using var streamed = await Chat.PostAsync(server.Http, JsonNode.Parse(
            $$"""{"model":"demo","messages":{{messages}},"max_tokens":4,"stream":true,"stream_options":{"include_usage":true} }""")!);
        var response = await Api.JsonAsync(server.Http, "/v1/responses", $$"""{"model":"demo","input":"{{Prompt}}","max_output_tokens":16}""");
        await Api.JsonAsync(server.Http, "/v1/completions", $$"""{"model":"demo","prompt":["{{Prompt}}","Hello there, you"],"n":2,"max_tokens":4}""");
        var completion = await Api.JsonAsync(
            server.Http, "/v1/completions", $$"""{"model":"demo","prompt":["{{Prompt}}","Hello there, you"],"n":2,"max_tokens":4}""");

        var (prompt, cached) = CountsOf(whole.GetProperty("usage"));
        Assert.Equal(prompt - 1, cached);
        Assert.Equal((prompt, cached), CountsOf(JsonElement.Parse((await Chat.EventsAsync(streamed))[^2]).GetProperty("usage")));
        var input = response.GetProperty("usage");
        Assert.Equal(
            (prompt, cached),
            (input.GetProperty("input_tokens").GetInt32(), input.GetProperty("input_tokens_details").GetProperty("cached_tokens").GetInt32()));
        (prompt, cached) = CountsOf(completion.GetProperty("usage"));
        Assert.Equal(prompt - 2, cached);
    }

    [Fact]
    public async Task Choices_OfANewPrompt_AreNotCountedAsKnown()
    {
        await using var server = await StartAsync();
        var request = Chat.Request(string.Concat(Enumerable.Repeat("Tell me a story. ", 80)));
        (request["n"], request["max_tokens"]) = (4, 3);

        using var first = await Chat.PostAsync(server.Http, request);
        using var again = await Chat.PostAsync(server.Http, request);

        Assert.InRange(CountsOf((await Chat.JsonAsync(first)).GetProperty("usage")).Cached, 0, Opening);
        var (prompt, cached) = CountsOf((await Chat.JsonAsync(again)).GetProperty("usage"));
        Assert.Equal(prompt - 1, cached);
    }

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(TestServer.Plan());

    private static (int Prompt, int Cached) CountsOf(JsonElement usage) =>
        (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());

    private static JsonArray SmallTalk(int turns) =>
    [
        .. Enumerable.Range(1, turns).SelectMany(number => new[]
        {
            Message("user", $"How much is {number} + 10?"),
            Message("assistant", $"{number} + 10 = {number + 10}"),
        }),
    ];

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };

    /// <param name="Cached">Tokens of the prompt that were known.</param>
    private sealed record Turn(string? Content, string FinishReason, int Prompt, int Completion, int Cached)
    {
        /// <summary>Tokens that the engine then holds: the last of an answer is never fed back.</summary>
        public int Held => Prompt + Completion - 1;
    }

    /// <summary>A client that sends back what it got.</summary>
    private sealed class Talk(TestServer server, string model, JsonArray messages)
    {
        public JsonNode? Tools { get; init; }

        public Task<Turn> AskAsync(JsonNode content) => SendAsync(new JsonObject { ["role"] = "user", ["content"] = content });

        /// <summary>The result of the call that the last answer made.</summary>
        public Task<Turn> AnswerCallAsync(string result) => SendAsync(new JsonObject
        {
            ["role"] = "tool",
            ["tool_call_id"] = messages[^1]!["tool_calls"]![0]!["id"]!.DeepClone(),
            ["content"] = result,
        });

        private async Task<Turn> SendAsync(JsonObject message)
        {
            messages.Add(message);
            var request = new JsonObject { ["model"] = model, ["temperature"] = 0, ["messages"] = messages.DeepClone() };
            if (Tools is { } tools)
            {
                request["tools"] = tools.DeepClone();
            }
            using var response = await Chat.PostAsync(server.Http, request);
            var completion = await Chat.JsonAsync(response);
            Assert.True(response.IsSuccessStatusCode, completion.ToString());
            var choice = completion.GetProperty("choices")[0];
            messages.Add(JsonNode.Parse(choice.GetProperty("message").GetRawText()));
            var usage = completion.GetProperty("usage");
            var (prompt, cached) = CountsOf(usage);
            return new Turn(
                choice.GetProperty("message").GetProperty("content").GetString(),
                choice.GetProperty("finish_reason").GetString()!,
                prompt,
                usage.GetProperty("completion_tokens").GetInt32(),
                cached);
        }
    }
}
