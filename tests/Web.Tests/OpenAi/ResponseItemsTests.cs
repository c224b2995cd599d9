using System.Text.Json;
using System.Text.RegularExpressions;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.OpenAi;

/// <summary>What a kept response answers, by its own endpoint; and what cannot be done to one.</summary>
[Collection(DemoServer.Collection)]
public sealed class ResponseItemsTests(DemoServer server)
{
    private const string Path = "/v1/responses";

    [Fact]
    public async Task InputItems_OfAText_AreOneMessage()
    {
        var id = await CreateAsync(""" "input":"Hello" """);

        var list = await ListAsync(id, "");

        var item = Assert.Single(list.GetProperty("data").EnumerateArray());
        Assert.Equal(("message", "user"), (Text(item, "type"), Text(item, "role")));
        var part = Assert.Single(item.GetProperty("content").EnumerateArray());
        Assert.Equal(("input_text", "Hello"), (Text(part, "type"), Text(part, "text")));
        Assert.Equal((Text(item, "id"), Text(item, "id")), (Text(list, "first_id"), Text(list, "last_id")));
        Assert.False(list.GetProperty("has_more").GetBoolean());
    }

    [Fact]
    public async Task InputItems_OfAContinuedResponse_BeginWithThoseBeforeAndTheirAnswer()
    {
        var first = await CreateAsync(""" "input":"Hello" """);
        var answer = (await GetAsync($"{Path}/{first}")).GetProperty("output")[0];
        var second = await CreateAsync($$"""
            "previous_response_id":"{{first}}","input":[{"role":"user","content":"Is it raining?"},
             {"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},
             {"type":"function_call_output","call_id":"c1","output":"no"}]
            """);

        var items = (await ListAsync(second, "?order=asc")).GetProperty("data").EnumerateArray().ToArray();

        Assert.Equal(
            ["message", "message", "message", "function_call", "function_call_output"], items.Select(item => Text(item, "type")));
        Assert.Equal(answer.GetRawText(), items[1].GetRawText());
        Assert.Equal("no", Text(items[4], "output"));
        Assert.Equal(5, items.Select(item => Text(item, "id")).Distinct().Count());
    }

    [Theory]
    [InlineData("asc", "0 1 2")]
    [InlineData("desc", "2 1 0")]
    public async Task InputItems_PageByPage_AreAllOfThemOnce(string order, string texts)
    {
        var id = await CreateAsync(
            """ "input":[{"role":"user","content":"0"},{"role":"assistant","content":"1"},{"role":"user","content":"2"}] """);

        var first = await ListAsync(id, $"?limit=2&order={order}");
        var second = await ListAsync(id, $"?limit=2&order={order}&after={Text(first, "last_id")}");

        Assert.Equal((true, false), (first.GetProperty("has_more").GetBoolean(), second.GetProperty("has_more").GetBoolean()));
        Assert.Equal(texts, string.Join(' ', first.GetProperty("data").EnumerateArray().Concat(second.GetProperty("data").EnumerateArray())
            .Select(item => Text(item.GetProperty("content")[0], "text"))));
    }

    [Theory]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=x", "limit")]
    [InlineData("?order=up", "order")]
    public async Task InputItems_OfAWrongPage_Are400(string query, string param)
    {
        var id = await CreateAsync(""" "input":"Hello" """);

        using var response = await server.Http.GetAsync($"{Path}/{id}/input_items{query}");

        Assert.Equal((400, param, "invalid_value"), await Api.ErrorAsync(response));
    }

    [Fact]
    public async Task Response_ThatIsNotKept_HasNoItemsAndNothingToCancel()
    {
        using var items = await server.Http.GetAsync($"{Path}/resp_none/input_items");
        using var cancelled = await server.Http.PostAsync($"{Path}/resp_none/cancel", null);

        Assert.Equal((404, null, "response_not_found"), await Api.ErrorAsync(items));
        Assert.Equal((404, null, "response_not_found"), await Api.ErrorAsync(cancelled));
    }

    [Fact]
    public async Task Response_ThatHasEnded_IsNotCancelled()
    {
        var id = await CreateAsync(""" "input":"Hello" """);

        using var cancelled = await server.Http.PostAsync($"{Path}/{id}/cancel", null);

        Assert.Equal(400, (await Api.ErrorAsync(cancelled)).Status);
    }

    [Theory]
    [InlineData(""" "input":"Count from 3 to 9.","top_logprobs":1 """)]
    [InlineData(""" "input":"Count from 3 to 9.","max_output_tokens":4 """)]
    [InlineData("""
        "input":"The time?","tools":[{"type":"function","name":"now","parameters":{"type":"object","properties":{}}}],"tool_choice":"required"
        """)]
    public async Task Response_StreamedOnceMore_HasTheEventsThatItCameWith(string fields)
    {
        using var response = await Api.PostAsync(server.Http, Path, $$"""{"model":"demo","temperature":0,"stream":true,{{fields}}}""");
        var said = await response.Content.ReadAsStringAsync();
        var id = Regex.Match(said, "resp_[0-9a-f]{32}").Value;

        var again = await server.Http.GetStringAsync($"{Path}/{id}?stream=true");
        var rest = await server.Http.GetStringAsync($"{Path}/{id}?stream=true&starting_after=2");

        Assert.Equal(said, again);
        Assert.Equal(string.Concat(said.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Skip(3).Select(block => $"{block}\n\n")), rest);
    }

    [Fact]
    public async Task Response_ThatWasNotStreamed_CanBe()
    {
        var id = await CreateAsync(""" "input":"Hello" """);
        var whole = JsonElement.Parse(await server.Http.GetStringAsync($"{Path}/{id}"));

        using var streamed = await server.Http.GetAsync($"{Path}/{id}?stream=true");

        var events = await ResponseEvents.ReadAsync(streamed);
        Assert.Equal(whole.GetRawText(), events[^1].GetProperty("response").GetRawText());
        Assert.Equal(
            Text(whole.GetProperty("output")[0].GetProperty("content")[0], "text"),
            string.Concat(events.Where(data => Text(data, "type") == "response.output_text.delta").Select(data => Text(data, "delta"))));
    }

    [Theory]
    [InlineData("?stream=yes", "stream")]
    [InlineData("?stream=true&starting_after=x", "starting_after")]
    public async Task Response_AskedForInAWrongWay_Is400(string query, string param)
    {
        var id = await CreateAsync(""" "input":"Hello" """);

        using var response = await server.Http.GetAsync($"{Path}/{id}{query}");

        Assert.Equal((400, param, "invalid_value"), await Api.ErrorAsync(response));
    }

    [Fact]
    public async Task Logprobs_AreThoseOfAChatCompletion_WholeAndStreamed()
    {
        const string Fields = """ "temperature":0,"max_output_tokens":6,"input":"Hello","top_logprobs":2,"include":["message.output_text.logprobs"] """;
        var chat = await Api.JsonAsync(server.Http, Chat.Path, """
            {"model":"demo","temperature":0,"max_tokens":6,"messages":[{"role":"user","content":"Hello"}],"logprobs":true,"top_logprobs":2}
            """);
        var expected = chat.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content").GetRawText();

        var whole = await Api.JsonAsync(server.Http, Path, $$"""{"model":"demo",{{Fields}}}""");
        using var response = await Api.PostAsync(server.Http, Path, $$"""{"model":"demo","stream":true,{{Fields}}}""");
        var events = await ResponseEvents.ReadAsync(response);

        Assert.NotEqual("[]", expected);
        Assert.Equal(expected, whole.GetProperty("output")[0].GetProperty("content")[0].GetProperty("logprobs").GetRawText());
        var done = events.Single(data => Text(data, "type") == "response.output_text.done");
        Assert.Equal(expected, done.GetProperty("logprobs").GetRawText());
    }

    [Theory]
    [InlineData("auto", 1, false)]
    [InlineData("required", 1, true)]
    public async Task AllowedTools_AreTheOnlyOnesThatAreShown(string mode, int tool, bool isCalled)
    {
        string[] tools = ["""{"type":"function","name":"now"}""", """{"type":"function","name":"later"}"""];
        var allowed = await Api.JsonAsync(server.Http, Path, $$"""
            {"model":"demo","temperature":0,"max_output_tokens":40,"input":"Hello","tools":[{{string.Join(',', tools)}}],
             "tool_choice":{"type":"allowed_tools","mode":"{{mode}}","tools":[{{tools[tool]}}] } }
            """);
        var alone = await Api.JsonAsync(server.Http, Path, $$"""
            {"model":"demo","temperature":0,"max_output_tokens":40,"input":"Hello","tools":[{{tools[tool]}}],"tool_choice":"{{mode}}"}
            """);

        Assert.Equal(TokensOf(alone), TokensOf(allowed));
        var calls = allowed.GetProperty("output").EnumerateArray().Where(item => Text(item, "type") == "function_call").ToArray();
        Assert.Equal(isCalled, calls.Length > 0);
        Assert.All(calls, call => Assert.Equal("later", Text(call, "name")));
    }

    private async Task<string> CreateAsync(string fields)
    {
        var response = await Api.JsonAsync(server.Http, Path, $$"""{"model":"demo","temperature":0,"max_output_tokens":2,{{fields}}}""");
        return Text(response, "id")!;
    }

    private Task<JsonElement> ListAsync(string id, string query) => GetAsync($"{Path}/{id}/input_items{query}");

    private async Task<JsonElement> GetAsync(string path) => JsonElement.Parse(await server.Http.GetStringAsync(path));

    private static string? Text(JsonElement data, string name) => data.GetProperty(name).GetString();

    private static (int Input, int Output) TokensOf(JsonElement response)
    {
        var usage = response.GetProperty("usage");
        return (usage.GetProperty("input_tokens").GetInt32(), usage.GetProperty("output_tokens").GetInt32());
    }
}
