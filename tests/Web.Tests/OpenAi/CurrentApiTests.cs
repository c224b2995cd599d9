using System.Text.Json;
using System.Text.Json.Nodes;
using MlxActors.Web.OpenAi.Parsing;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.OpenAi;

/// <summary>
/// Every field of OpenAI's current API: done, accepted or refused, as the server's own tables say; and every field that its answers promise.
/// </summary>
[Collection(DemoServer.Collection)]
public sealed class CurrentApiTests(DemoServer server)
{
    private static readonly (string Path, (string Name, string Value, string What)[] Fields)[] Endpoints =
        [("/v1/chat/completions", CurrentApi.Chat), ("/v1/completions", CurrentApi.Completion), ("/v1/responses", CurrentApi.Response)];

    public static TheoryData<string, string, string, string> Fields
    {
        get
        {
            var rows = new TheoryData<string, string, string, string>();
            foreach (var (path, fields) in Endpoints)
            {
                foreach (var (name, value, what) in fields)
                {
                    rows.Add(path, name, value, what);
                }
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task Field_IsDoneAcceptedOrRefused(string path, string field, string value, string what)
    {
        using var response = await Api.PostAsync(server.Http, path, CurrentApi.Request(path, field, value).ToJsonString());
        using var wrong = await Api.PostAsync(server.Http, path, CurrentApi.Request(path, field, """[[true]]""").ToJsonString());

        if (what == CurrentApi.Refused)
        {
            var (status, param, code) = await Api.ErrorAsync(response);
            Assert.Equal((400, "unsupported_parameter"), (status, code));
            Assert.StartsWith(field, param);
        }
        else if (field == "previous_response_id")
        {
            Assert.Equal((400, field, "previous_response_not_found"), await Api.ErrorAsync(response));
        }
        else
        {
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        }
        var error = await Api.ErrorAsync(wrong);
        Assert.Equal(400, error.Status);
        Assert.StartsWith(field, error.Param);
    }

    /// <summary>The tables by which the decoder of chat completions goes, against what the fields do.</summary>
    [Fact]
    public void Tables_SayOfEveryFieldWhatBecomesOfIt()
    {
        foreach (var (name, _, what) in CurrentApi.Chat)
        {
            var said = UnsupportedFields.Names.Contains(name) ? CurrentApi.Refused
                : DescriptiveFields.Names.Contains(name) ? CurrentApi.Accepted
                : ChatCompletionDecoder.KnownFields.Contains(name) ? CurrentApi.Done
                : "ignored";
            Assert.Equal((name, what), (name, said));
        }
    }

    [Theory]
    [InlineData("""{"role":"assistant","content":null,"function_call":{"name":"now","arguments":"{}"}}""", "messages[1].function_call")]
    [InlineData("""{"role":"assistant","content":"x","audio":{"id":"a"}}""", "messages[1].audio")]
    [InlineData("""{"role":"function","name":"now","content":"noon"}""", "messages[1].role")]
    public async Task Message_WithWhatIsNoLongerSent_IsRefusedByIt(string message, string param)
    {
        using var response = await Api.PostAsync(
            server.Http, "/v1/chat/completions", $$"""{"model":"demo","messages":[{"role":"user","content":"Hi"},{{message}}]}""");

        Assert.Equal((400, param, "unsupported_parameter"), await Api.ErrorAsync(response));
    }

    [Fact]
    public async Task ChatCompletion_HasWhatClientsArePromised()
    {
        const string Logprobs = """
            {"model":"demo","max_tokens":3,"n":2,"logprobs":true,"top_logprobs":1,"messages":[{"role":"user","content":"Hi"}]}
            """;
        const string Calls = """
            {"model":"demo","messages":[{"role":"user","content":"Hi"}],"tool_choice":"required","parallel_tool_calls":false,
            "tools":[{"type":"function","function":{"name":"now","parameters":{"type":"object","properties":{}}}}]}
            """;
        foreach (var body in (string[])[Logprobs, Calls])
        {
            var completion = await Api.JsonAsync(server.Http, "/v1/chat/completions", body);
            AssertHas("chat.completion", completion);
            AssertHas("usage", completion.GetProperty("usage"));
            foreach (var choice in completion.GetProperty("choices").EnumerateArray())
            {
                AssertHas("chat.completion choice", choice);
                AssertHas("chat.completion message", choice.GetProperty("message"));
                AssertLogprobs(choice.GetProperty("logprobs"));
                foreach (var call in choice.GetProperty("message").TryGetProperty("tool_calls", out var calls) ? calls.EnumerateArray() : default)
                {
                    AssertHas("tool call", call);
                    AssertHas("tool call function", call.GetProperty("function"));
                }
            }

            var streamed = JsonNode.Parse(body)!;
            streamed["stream"] = true;
            using var stream = await Chat.PostAsync(server.Http, streamed);
            foreach (var chunk in (await Chat.EventsAsync(stream)).Where(data => data != "[DONE]").Select(data => JsonElement.Parse(data)))
            {
                AssertHas("chat.completion.chunk", chunk);
                Assert.All(chunk.GetProperty("choices").EnumerateArray(), choice => AssertHas("chat.completion.chunk choice", choice));
            }
        }
    }

    [Fact]
    public async Task Completion_HasWhatClientsArePromised()
    {
        var completion = await Api.JsonAsync(server.Http, "/v1/completions", """{"model":"demo","prompt":"Hi","max_tokens":2,"logprobs":1}""");

        AssertHas("text_completion", completion);
        AssertHas("text_completion choice", completion.GetProperty("choices")[0]);
        AssertHas("usage", completion.GetProperty("usage"));
    }

    [Theory]
    [InlineData(""" "max_output_tokens":3,"top_logprobs":1 """, "response.incomplete")]
    [InlineData("""
        "tool_choice":"required","parallel_tool_calls":false,"tools":[{"type":"function","name":"now","parameters":{"type":"object","properties":{}}}]
        """, "response.completed")]
    public async Task Response_HasWhatClientsArePromised_WholeAndInEveryEvent(string fields, string end)
    {
        AssertResponse(await Api.JsonAsync(server.Http, "/v1/responses", $$"""{"model":"demo","input":"Hi",{{fields}}}"""));
        using var stream = await Api.PostAsync(server.Http, "/v1/responses", $$"""{"model":"demo","input":"Hi","stream":true,{{fields}}}""");

        var events = await ResponseEvents.ReadAsync(stream);

        Assert.Equal(end, events[^1].GetProperty("type").GetString());
        foreach (var happened in events)
        {
            AssertHas(happened.GetProperty("type").GetString()!, happened);
            if (happened.TryGetProperty("response", out var response))
            {
                AssertResponse(response);
            }
            if (happened.TryGetProperty("item", out var item))
            {
                AssertItem(item);
            }
            if (happened.TryGetProperty("part", out var part))
            {
                AssertHas(part.GetProperty("type").GetString()!, part);
            }
        }
    }

    [Fact]
    public async Task ModelsAndErrors_HaveWhatClientsArePromised()
    {
        var models = JsonElement.Parse(await server.Http.GetStringAsync("/v1/models"));
        using var missing = await server.Http.GetAsync("/v1/models/none");

        Assert.All(models.GetProperty("data").EnumerateArray(), model => AssertHas("model", model));
        AssertHas("error", (await Chat.JsonAsync(missing)).GetProperty("error"));
    }

    private static void AssertResponse(JsonElement response)
    {
        AssertHas("response", response);
        Assert.All(response.GetProperty("output").EnumerateArray(), AssertItem);
        if (response.GetProperty("usage") is { ValueKind: JsonValueKind.Object } usage)
        {
            AssertHas("response usage", usage);
            AssertHas("input_tokens_details", usage.GetProperty("input_tokens_details"));
            AssertHas("output_tokens_details", usage.GetProperty("output_tokens_details"));
        }
    }

    private static void AssertItem(JsonElement item)
    {
        AssertHas(item.GetProperty("type").GetString()!, item);
        foreach (var part in item.TryGetProperty("content", out var content) ? content.EnumerateArray() : default)
        {
            AssertHas(part.GetProperty("type").GetString()!, part);
        }
    }

    private static void AssertLogprobs(JsonElement logprobs)
    {
        if (logprobs.ValueKind == JsonValueKind.Object)
        {
            AssertHas("logprobs", logprobs);
            Assert.All(logprobs.GetProperty("content").EnumerateArray(), token => AssertHas("token logprob", token));
        }
    }

    private static void AssertHas(string kind, JsonElement value) =>
        Assert.Empty(CurrentApi.Promised[kind].Where(name => !value.TryGetProperty(name, out _)).Select(name => $"{kind}.{name}"));
}
