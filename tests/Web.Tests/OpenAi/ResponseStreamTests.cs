using System.Text;
using System.Text.Json;
using MlxActors.Generation;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.OpenAi;

/// <summary>Responses in front of a scripted supervisor: the events, their order, and failures.</summary>
public sealed class ResponseStreamTests
{
    private const string Path = "/v1/responses";
    private const string Body = """{"model":"demo","input":"hi","stream":true}""";
    private static readonly Usage Counts = new(5, 2);

    [Fact]
    public async Task Text_IsAMessageOfOnePart()
    {
        var events = await StreamAsync(
            new GenerationEvent.Started(5),
            new GenerationEvent.Text("Hel"),
            new GenerationEvent.Text("lo"),
            new GenerationEvent.Finished(FinishReason.Stop, Counts));

        Assert.Equal(
            [
                "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
                "response.output_text.delta", "response.output_text.delta", "response.output_text.done", "response.content_part.done",
                "response.output_item.done", "response.completed",
            ],
            events.Select(Type));
        var item = events[^1].GetProperty("response").GetProperty("output")[0];
        Assert.Equal(item.GetRawText(), events[^2].GetProperty("item").GetRawText());
        Assert.Equal("Hello", item.GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Single(events[2..^2].Select(ItemId).Distinct());
        Assert.Equal("in_progress", events[0].GetProperty("response").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Calls_AreItemsOfTheirOwn_AfterTheText()
    {
        var events = await StreamAsync(
            new GenerationEvent.Text("Well."),
            new GenerationEvent.ToolCall(0, "call_1", "f", """{"a": 1}"""),
            new GenerationEvent.ToolCall(1, "call_2", "g", "{}"),
            new GenerationEvent.Finished(FinishReason.ToolCalls, Counts));

        Assert.Equal(
            [
                "response.output_item.added 0", "response.content_part.added 0", "response.output_text.delta 0",
                "response.output_text.done 0",
                "response.content_part.done 0", "response.output_item.done 0",
                "response.output_item.added 1", "response.function_call_arguments.delta 1",
                "response.function_call_arguments.done 1", "response.output_item.done 1",
                "response.output_item.added 2", "response.function_call_arguments.delta 2",
                "response.function_call_arguments.done 2", "response.output_item.done 2",
            ],
            events[2..^1].Select(data => $"{Type(data)} {data.GetProperty("output_index").GetInt32()}"));
        var call = events[^1].GetProperty("response").GetProperty("output")[1];
        Assert.Equal(
            ("function_call", "completed", "call_1", "f", """{"a": 1}"""),
            (Text(call, "type"), Text(call, "status"), Text(call, "call_id"), Text(call, "name"), Text(call, "arguments")));
    }

    [Fact]
    public async Task Request_WrittenOverSeveralLines_IsRepeatedWithoutBreakingTheEvents()
    {
        const string Lines = """
            {"model": "demo", "input": "hi", "stream": true,
             "metadata": {
               "key": "value"
             },
             "text": {"format": {
               "type": "text"
             }},
             "tools": [{
               "type": "function",
               "name": "f"
             }]}
            """;
        await using var server = await TestServer.StartAsync(Script.Of(
            new GenerationEvent.Text("Hello"), new GenerationEvent.Finished(FinishReason.Stop, Counts)));

        using var response = await server.Http.PostAsync(Path, new StringContent(
            Lines.ReplaceLineEndings("\r\n"), Encoding.UTF8, "application/json"));
        var last = (await ResponseEvents.ReadAsync(response))[^1].GetProperty("response");

        Assert.Equal("value", Text(last.GetProperty("metadata"), "key"));
        Assert.Equal("text", Text(last.GetProperty("text").GetProperty("format"), "type"));
        Assert.Equal("f", Text(last.GetProperty("tools")[0], "name"));
    }

    [Fact]
    public async Task Answer_ThatIsCut_IsIncomplete()
    {
        var events = await StreamAsync(new GenerationEvent.Text("Hel"), new GenerationEvent.Finished(FinishReason.Length, Counts));

        Assert.Equal("response.incomplete", Type(events[^1]));
        Assert.Equal("incomplete", Text(events[^2].GetProperty("item"), "status"));
        Assert.Equal("max_output_tokens", Text(events[^1].GetProperty("response").GetProperty("incomplete_details"), "reason"));
    }

    [Fact]
    public async Task Answer_WithoutText_IsAnEmptyMessage()
    {
        var events = await StreamAsync(new GenerationEvent.Finished(FinishReason.Stop, Counts));

        Assert.Equal("", Text(events[^1].GetProperty("response").GetProperty("output")[0].GetProperty("content")[0], "text"));
    }

    [Fact]
    public async Task Failure_AfterTheFirstText_IsAFailedResponse()
    {
        var events = await StreamAsync(
            new GenerationEvent.Text("Hel"), new GenerationEvent.Failed(new GenerationError.EngineFailed("out of memory")));

        var response = events[^1].GetProperty("response");
        Assert.Equal("response.failed", Type(events[^1]));
        Assert.Equal(("failed", "engine_failed"), (Text(response, "status"), Text(response.GetProperty("error"), "code")));
    }

    [Fact]
    public async Task Failure_BeforeTheFirstText_HasItsOwnStatus()
    {
        await using var server = await TestServer.StartAsync(Script.Of(
            new GenerationEvent.Failed(new GenerationError.Overloaded(TimeSpan.FromSeconds(3)))));

        using var response = await Api.PostAsync(server.Http, Path, Body);

        Assert.Equal((429, null, "rate_limit_exceeded"), await Api.ErrorAsync(response));
    }

    private static string? ItemId(JsonElement data) =>
        data.TryGetProperty("item_id", out var id) ? id.GetString() : Text(data.GetProperty("item"), "id");

    private static string? Type(JsonElement data) => Text(data, "type");

    private static string? Text(JsonElement data, string name) => data.GetProperty(name).GetString();

    private static async Task<JsonElement[]> StreamAsync(params GenerationEvent[] events)
    {
        await using var server = await TestServer.StartAsync(Script.Of(events));
        using var response = await Api.PostAsync(server.Http, Path, Body);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return await ResponseEvents.ReadAsync(response);
    }
}
