using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using MlxActors.Generation;
using MlxActors.Models.Chat;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.OpenAi;

/// <summary>The endpoint in front of a scripted supervisor: shapes, and what happens when things go wrong.</summary>
public sealed class ChatCompletionsTests
{
    private static readonly GenerationEvent[] Greeting =
    [
        new GenerationEvent.Started(5),
        new GenerationEvent.Text("Hel"),
        new GenerationEvent.Text("lo «π»\n"),
        new GenerationEvent.Finished(FinishReason.Length, new Usage(5, 2)),
    ];

    private static readonly GenerationEvent[] Calling =
    [
        new GenerationEvent.Started(5),
        new GenerationEvent.ToolCall(0, "call_1", "f", """{"a": 1}"""),
        new GenerationEvent.ToolCall(1, "call_2", "g", "{}"),
        new GenerationEvent.Finished(FinishReason.ToolCalls, new Usage(5, 2)),
    ];

    public static TheoryData<string, int, string> Refusals => new()
    {
        { nameof(GenerationError.ModelNotFound), 404, "model_not_found" },
        { nameof(GenerationError.LoadFailed), 503, "model_load_failed" },
        { nameof(GenerationError.InvalidPrompt), 400, "invalid_value" },
        { nameof(GenerationError.ContextLengthExceeded), 400, "context_length_exceeded" },
        { nameof(GenerationError.TooLargeForMemory), 400, "context_length_exceeded" },
        { nameof(GenerationError.ReaderStalled), 408, "reader_stalled" },
        { nameof(GenerationError.Overloaded), 429, "rate_limit_exceeded" },
        { nameof(GenerationError.EngineFailed), 500, "engine_failed" },
        { nameof(GenerationError.ShuttingDown), 503, "shutting_down" },
    };

    [Fact]
    public async Task Answer_Whole_HasOpenAisShape()
    {
        await using var server = await TestServer.StartAsync(Script.Of(Greeting));

        using var response = await Chat.PostAsync(server.Http, Chat.Request("hi"));

        var completion = await Chat.JsonAsync(response);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith("chatcmpl-", completion.GetProperty("id").GetString());
        Assert.Equal("chat.completion", completion.GetProperty("object").GetString());
        Assert.Equal("demo", completion.GetProperty("model").GetString());
        Assert.Equal("Hello «π»\n", Chat.ContentOf(completion));
        Assert.Equal("length", completion.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(
            """{"prompt_tokens":5,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens":2,"total_tokens":7}""",
            completion.GetProperty("usage").GetRawText());
    }

    [Fact]
    public async Task Answer_Streamed_CarriesRoleOnceAndEndsWithDone()
    {
        await using var server = await TestServer.StartAsync(Script.Of(Greeting));

        using var response = await Chat.PostAsync(server.Http, Chat.Request("hi", stream: true));

        var events = await Chat.EventsAsync(response);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("\"role\":\"assistant\"", events[0]);
        Assert.Single(events, data => data.Contains("\"role\""));
        Assert.Equal("Hello «π»\n", Chat.Joined(events));
        Assert.Contains("\"delta\":{},\"logprobs\":null,\"finish_reason\":\"length\"", events[^2]);
        Assert.Equal("[DONE]", events[^1]);
        Assert.Single(events.SkipLast(1).Select(data => JsonElement.Parse(data).GetProperty("id").GetString()).Distinct());
    }

    [Fact]
    public async Task ToolCalls_Whole_HaveOpenAisShape()
    {
        await using var server = await TestServer.StartAsync(Script.Of(Calling));

        using var response = await Chat.PostAsync(server.Http, Chat.Request("hi"));

        var choice = (await Chat.JsonAsync(response)).GetProperty("choices")[0];
        Assert.Equal(
            """
            {"role":"assistant","content":null,"refusal":null,"tool_calls":[
            {"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}},
            {"id":"call_2","type":"function","function":{"name":"g","arguments":"{}"}}]}
            """.ReplaceLineEndings(""),
            choice.GetProperty("message").GetRawText());
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task ToolCalls_Streamed_AreFirstNamedAndThenGivenTheirArguments()
    {
        await using var server = await TestServer.StartAsync(Script.Of(Calling));

        using var response = await Chat.PostAsync(server.Http, Chat.Request("hi", stream: true));

        var events = await Chat.EventsAsync(response);
        Assert.Equal(
            [
                """{"role":"assistant","content":null}""",
                """{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}}]}""",
                """{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\": 1}"}}]}""",
                """{"tool_calls":[{"index":1,"id":"call_2","type":"function","function":{"name":"g","arguments":""}}]}""",
                """{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}""",
                "{}",
            ],
            events.SkipLast(1).Select(data => JsonElement.Parse(data).GetProperty("choices")[0].GetProperty("delta").GetRawText()));
        Assert.Contains("\"finish_reason\":\"tool_calls\"", events[^2]);
    }

    [Theory]
    [InlineData("", true, true)]
    [InlineData(""","tool_choice":"auto","parallel_tool_calls":false""", true, false)]
    [InlineData(""","tool_choice":"none" """, false, true)]
    public async Task Tools_ReachTheSupervisorUnlessNoneMayBeCalled(string fields, bool offered, bool parallel)
    {
        const string Tool =
            """{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}}""";
        var script = Script.Of(Greeting);
        await using var server = await TestServer.StartAsync(script);
        var body = JsonNode.Parse($$"""{"model":"demo","messages":[{"role":"user","content":"hi"}],"tools":[{{Tool}}]{{fields}}}""")!;

        using var response = await Chat.PostAsync(server.Http, body);

        var request = await script.Requests.Reader.ReadAsync();
        var tool = ((Conversation)request.Prompt).Tools.SingleOrDefault();
        Assert.Equal(
            offered ? ("f", "d", """{"type":"object"}""", Tool) : default,
            tool is null ? default : (tool.Name, tool.Description, tool.Parameters.GetRawText(), tool.Source.GetRawText()));
        Assert.Equal(parallel, request.ParallelToolCalls);
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Refusal_BeforeTheFirstText_IsPlainJsonAlsoForAStream(string kind, int status, string code)
    {
        await using var server = await TestServer.StartAsync(Script.Of(
            new GenerationEvent.Started(1), new GenerationEvent.Failed(ErrorOf(kind))));

        using var response = await Chat.PostAsync(server.Http, Chat.Request("hi", stream: true));

        var error = (await Chat.JsonAsync(response)).GetProperty("error");
        Assert.Equal((status, code, "application/json"), (
            (int)response.StatusCode, error.GetProperty("code").GetString()!, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal(ErrorOf(kind).Message, error.GetProperty("message").GetString());
        var retryAfter = code switch { "rate_limit_exceeded" => "3", "shutting_down" => "5", _ => null };
        Assert.Equal(retryAfter, response.Headers.TryGetValues("Retry-After", out var after) ? after.Single() : null);
    }

    [Fact]
    public async Task Failure_AfterTheFirstText_IsAnEventAndNoDone()
    {
        await using var server = await TestServer.StartAsync(Script.Of(
            new GenerationEvent.Text("Hel"), new GenerationEvent.Failed(new GenerationError.EngineFailed("out of memory"))));

        using var response = await Chat.PostAsync(server.Http, Chat.Request("hi", stream: true));

        var events = await Chat.EventsAsync(response);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("engine_failed", JsonElement.Parse(events[^1]).GetProperty("error").GetProperty("code").GetString());
        Assert.DoesNotContain("[DONE]", events);
    }

    [Fact]
    public async Task Events_ThatBreakOff_AreAnErrorOfTheServer()
    {
        await using var server = await TestServer.StartAsync(Script.Of(new GenerationEvent.Text("Hel")));

        using var response = await Chat.PostAsync(server.Http, Chat.Request("hi"));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    [Fact]
    public async Task Client_ThatGoesAway_CancelsTheGeneration()
    {
        var script = new Script();
        await using var server = await TestServer.StartAsync(script);
        script.Events.Writer.TryWrite(new GenerationEvent.Text("Hel"));

        using (var response = await Chat.StreamAsync(server.Http, Chat.Request("hi", stream: true)))
        {
            await response.Content.ReadAsStreamAsync();
        }

        await script.Cancelled;
    }

    [Fact]
    public async Task Client_ThatHasGoneBeforeItsRequestIsAccepted_CancelsTheGeneration()
    {
        var script = new Script();
        await using var server = await TestServer.StartAsync(script);
        var supervisor = server.Services.GetRequiredService<SupervisorClient>();
        var conversation = new Conversation([ChatMessage.Of(Role.User, "hi")], [], []);
        var request = new GenerationRequest(RequestId.New(), "demo", conversation, SamplingOptions.Unset, MaxTokens: null, Stop: []);

        await foreach (var happened in supervisor.GenerateAsync(request, new CancellationToken(canceled: true)))
        {
            Assert.Fail($"nobody is there for {happened}");
        }

        await script.Cancelled;
    }

    [Fact]
    public async Task Server_ThatStops_EndsRunningStreamsWithAnError()
    {
        var script = new Script();
        await using var server = await TestServer.StartAsync(script);
        script.Events.Writer.TryWrite(new GenerationEvent.Text("Hel"));
        using var response = await Chat.StreamAsync(server.Http, Chat.Request("hi", stream: true));

        var stopping = server.StopAsync();

        var events = await Chat.EventsAsync(response);
        await stopping;
        Assert.Equal("shutting_down", JsonElement.Parse(events[^1]).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Request_ReachesTheSupervisorAsSent()
    {
        var script = Script.Of(Greeting);
        await using var server = await TestServer.StartAsync(script);
        var body = Chat.Request("hi");
        body["temperature"] = 0.5;
        body["top_k"] = -1;
        body["seed"] = -7;
        body["max_completion_tokens"] = 9;
        body["stop"] = new JsonArray("a", "b");

        using var response = await Chat.PostAsync(server.Http, body);

        var request = await script.Requests.Reader.ReadAsync();
        Assert.Equal(new SamplingOptions(0.5, null, 0, null, unchecked((ulong)-7)), request.Sampling);
        Assert.Equal(("demo", 9), (request.Model, request.MaxTokens));
        Assert.Equal(["a", "b"], request.Stop.AsEnumerable());
    }

    private static GenerationError ErrorOf(string kind) => kind switch
    {
        nameof(GenerationError.ModelNotFound) => new GenerationError.ModelNotFound("x", "it is not there."),
        nameof(GenerationError.LoadFailed) => new GenerationError.LoadFailed("x", "a tensor is missing"),
        nameof(GenerationError.InvalidPrompt) => new GenerationError.InvalidPrompt("x", "not an image", "messages[0].content[0].image_url"),
        nameof(GenerationError.ContextLengthExceeded) => new GenerationError.ContextLengthExceeded(8, 9, null),
        nameof(GenerationError.TooLargeForMemory) => new GenerationError.TooLargeForMemory(5 << 20, 3 << 20),
        nameof(GenerationError.ReaderStalled) => new GenerationError.ReaderStalled(TimeSpan.FromSeconds(60)),
        nameof(GenerationError.Overloaded) => new GenerationError.Overloaded(TimeSpan.FromSeconds(2.5)),
        nameof(GenerationError.EngineFailed) => new GenerationError.EngineFailed("a fault"),
        nameof(GenerationError.ShuttingDown) => new GenerationError.ShuttingDown(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
