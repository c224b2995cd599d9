using System.Text.Json;
using System.Text.Json.Nodes;
using MlxActors.Golden;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.OpenAi;

/// <summary>Responses of the demo model: the same answers as chat completions, kept and continued.</summary>
[Collection(DemoServer.Collection)]
public sealed class ResponsesTests(DemoServer server)
{
    private const string Path = "/v1/responses";

    private const string Weather =
        """
        "name":"get_weather","description":"Current weather in a city",
        "parameters":{"type":"object","properties":{"city":{"type":"string","description":"The city"}},"required":["city"]}
        """;

    [Theory]
    [InlineData(""" "Count from 3 to 9." """, """[{"role":"user","content":"Count from 3 to 9."}]""")]
    [InlineData(
        """ "Count from 3 to 9.","instructions":"Be brief." """,
        """[{"role":"system","content":"Be brief."},{"role":"user","content":"Count from 3 to 9."}]""")]
    [InlineData(
        """ [{"role":"developer","content":"Be brief."},{"role":"user","content":"Hello"}],"instructions":"Be kind." """,
        """[{"role":"system","content":"Be kind.\n\nBe brief."},{"role":"user","content":"Hello"}]""")]
    [InlineData(
        """
        [{"type":"message","role":"user","content":[{"type":"input_text","text":"Hello"}]},
         {"type":"message","role":"assistant","id":"msg_1","status":"completed",
          "content":[{"type":"output_text","text":"Hi.","annotations":[]}]},
         {"role":"user","content":"Who are you?"}]
        """,
        """[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hi."},{"role":"user","content":"Who are you?"}]""")]
    public async Task Input_IsAnsweredAsTheSameMessages(string input, string messages)
    {
        var response = await Api.JsonAsync(
            server.Http, Path, $$"""{"model":"demo","temperature":0,"max_output_tokens":12,"input":{{input}}}""");
        var chat = await Api.JsonAsync(
            server.Http, Chat.Path, $$"""{"model":"demo","temperature":0,"max_tokens":12,"messages":{{messages}}}""");

        Assert.Equal(Chat.ContentOf(chat), TextOf(response));
        AssertSameUsage(chat, response);
    }

    [SkippableFact]
    public async Task Image_IsSeenAsInAChatCompletion()
    {
        var image = Convert.ToBase64String(File.ReadAllBytes(Goldens.PathOf(Goldens.SkipWhenNone("demo/images/demo-017-0.png", "demo"))));
        var url = $"data:image/png;base64,{image}";
        const string Question = "What do you see?";

        var response = await Api.JsonAsync(server.Http, Path, $$"""
            {"model":"demo","temperature":0,"max_output_tokens":12,"input":[{"role":"user","content":[
              {"type":"input_image","image_url":"{{url}}","detail":"auto"},{"type":"input_text","text":"{{Question}}"}]}]}
            """);
        var chat = await Api.JsonAsync(server.Http, Chat.Path, $$"""
            {"model":"demo","temperature":0,"max_tokens":12,"messages":[{"role":"user","content":[
              {"type":"image_url","image_url":{"url":"{{url}}"} },{"type":"text","text":"{{Question}}"}]}]}
            """);
        var next = await Api.JsonAsync(server.Http, Path, $$"""
            {"model":"demo","max_output_tokens":1,"previous_response_id":"{{response.GetProperty("id").GetString()}}",
             "input":[{"role":"user","content":[
              {"type":"input_image","image_url":"{{url}}"}]}]}
            """);

        Assert.Equal(Chat.ContentOf(chat), TextOf(response));
        AssertSameUsage(chat, response);
        Assert.InRange(
            next.GetProperty("usage").GetProperty("input_tokens").GetInt32(),
            chat.GetProperty("usage").GetProperty("total_tokens").GetInt32() + 1,
            int.MaxValue);
    }

    [Fact]
    public async Task PreviousResponse_IsContinuedAsTheSameConversation()
    {
        var first = await Api.JsonAsync(
            server.Http, Path, """{"model":"demo","temperature":0,"input":"Count from 3 to 9.","instructions":"Be brief."}""");

        var second = await Api.JsonAsync(
            server.Http,
            Path,
            $$"""
            {"model":"demo","temperature":0,"max_output_tokens":9,"input":"Hello",
             "previous_response_id":"{{first.GetProperty("id").GetString()}}"}
            """);

        // The instructions are those of one response.
        var chat = await Api.JsonAsync(server.Http, Chat.Path, new JsonObject
        {
            ["model"] = "demo",
            ["temperature"] = 0,
            ["max_tokens"] = 9,
            ["messages"] = new JsonArray(
                Message("user", "Count from 3 to 9."), Message("assistant", TextOf(first)), Message("user", "Hello")),
        }.ToJsonString());
        Assert.Equal(Chat.ContentOf(chat), TextOf(second));
        AssertSameUsage(chat, second);
        Assert.Equal(first.GetProperty("id").GetString(), second.GetProperty("previous_response_id").GetString());
    }

    [Fact]
    public async Task Tools_AreCalledAndTheirResultsAnsweredAsInAChatCompletion()
    {
        const string Question = "Is it raining in Athens?";
        const string Result = """{\"temperature\": 21, \"condition\": \"sunny\"}""";
        var chat = await Api.JsonAsync(server.Http, Chat.Path, $$"""
            {"model":"demo","temperature":0,"max_tokens":64,"messages":[{"role":"user","content":"{{Question}}"}],
             "tools":[{"type":"function","function":{ {{Weather}} } }]}
            """);
        var called = chat.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function");

        var response = await Api.JsonAsync(server.Http, Path, $$"""
            {"model":"demo","temperature":0,"max_output_tokens":64,"input":"{{Question}}","tools":[{"type":"function",{{Weather}} }]}
            """);
        var call = response.GetProperty("output").EnumerateArray().Single(item => item.GetProperty("type").GetString() == "function_call");
        var id = call.GetProperty("call_id").GetString();
        var kept = await Api.JsonAsync(server.Http, Path, $$"""
            {"model":"demo","temperature":0,"max_output_tokens":32,"previous_response_id":"{{response.GetProperty("id").GetString()}}",
             "input":[{"type":"function_call_output","call_id":"{{id}}","output":"{{Result}}"}],"tools":[{"type":"function",{{Weather}} }]}
            """);
        var whole = await Api.JsonAsync(server.Http, Path, $$"""
            {"model":"demo","temperature":0,"max_output_tokens":32,"store":false,
             "input":[{"role":"user","content":"{{Question}}"},{{string.Join(',', response.GetProperty("output").EnumerateArray())}},
               {"type":"function_call_output","call_id":"{{id}}","output":[{"type":"input_text","text":"{{Result}}"}]}],
             "tools":[{"type":"function",{{Weather}} }]}
            """);

        Assert.Equal(
            (called.GetProperty("name").GetString(), called.GetProperty("arguments").GetString()),
            (call.GetProperty("name").GetString(), call.GetProperty("arguments").GetString()));
        AssertSameUsage(chat, response);
        Assert.Equal("It is sunny in Athens, 21 degrees.", TextOf(kept));
        Assert.Equal(TextOf(whole), TextOf(kept));
        Assert.Equal(
            whole.GetProperty("usage").GetProperty("total_tokens").GetInt32(), kept.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task Response_IsKeptUntilDeleted()
    {
        var created = await Api.JsonAsync(
            server.Http, "/responses", """{"model":"demo","input":"Hello","max_output_tokens":2,"metadata":{"a":"b"}}""");
        var id = created.GetProperty("id").GetString();

        var kept = JsonElement.Parse(await server.Http.GetStringAsync($"{Path}/{id}"));
        using var deleted = await server.Http.DeleteAsync($"{Path}/{id}");
        using var gone = await server.Http.GetAsync($"{Path}/{id}");
        using var continued = await Api.PostAsync(server.Http, Path, $$"""{"model":"demo","input":"Hi","previous_response_id":"{{id}}"}""");

        Assert.Equal(created.GetRawText(), kept.GetRawText());
        Assert.Equal("incomplete", kept.GetProperty("status").GetString());
        Assert.Equal("max_output_tokens", kept.GetProperty("incomplete_details").GetProperty("reason").GetString());
        Assert.Equal($$"""{"id":"{{id}}","object":"response","deleted":true}""", await deleted.Content.ReadAsStringAsync());
        Assert.Equal(404, (await Api.ErrorAsync(gone)).Status);
        Assert.Equal((400, "previous_response_id", "previous_response_not_found"), await Api.ErrorAsync(continued));
    }

    [Fact]
    public async Task Response_ThatIsNotToBeStored_IsNotKept()
    {
        var created = await Api.JsonAsync(server.Http, Path, """{"model":"demo","input":"Hello","max_output_tokens":2,"store":false}""");

        using var kept = await server.Http.GetAsync($"{Path}/{created.GetProperty("id").GetString()}");

        Assert.False(created.GetProperty("store").GetBoolean());
        Assert.Equal(404, (await Api.ErrorAsync(kept)).Status);
    }

    [Theory]
    [InlineData(""" "input":"Count from 3 to 9." """)]
    [InlineData(""" "input":"Tell me a story.","max_output_tokens":5 """)]
    [InlineData(""" "input":"Hello","instructions":"Be brief.","metadata":{"a":"b"},"top_p":0.9 """)]
    public async Task Response_Streamed_EndsWithWhatTheWholeOneIs(string fields)
    {
        var whole = await Api.JsonAsync(server.Http, Path, $$"""{"model":"demo","temperature":0,{{fields}}}""");
        using var streamed = await Api.PostAsync(server.Http, Path, $$"""{"model":"demo","temperature":0,"stream":true,{{fields}}}""");

        var events = await ResponseEvents.ReadAsync(streamed);
        var last = events[^1].GetProperty("response");
        Assert.Equal($"response.{whole.GetProperty("status").GetString()}", events[^1].GetProperty("type").GetString());
        Assert.Equal(Comparable(whole), Comparable(last));
        Assert.Equal(TextOf(whole), string.Concat(events
            .Where(data => data.GetProperty("type").GetString() == "response.output_text.delta")
            .Select(data => data.GetProperty("delta").GetString())));
        Assert.Equal(
            last.GetRawText(), await server.Http.GetStringAsync($"{Path}/{last.GetProperty("id").GetString()}"));
    }

    [Theory]
    [InlineData("""{"model":"demo"}""", "input", "missing_required_parameter")]
    [InlineData("""{"input":"a"}""", "model", "missing_required_parameter")]
    [InlineData("""{"model":"demo","input":[]}""", "input", "empty_array")]
    [InlineData("""{"model":"demo","input":[{"type":"reasoning","summary":[]}]}""", "input[0].type", "invalid_value")]
    [InlineData(
        """{"model":"demo","input":[{"role":"user","content":[{"type":"text","text":"a"}]}]}""",
        "input[0].content[0].type",
        "invalid_value")]
    [InlineData(
        """{"model":"demo","input":[{"role":"user","content":[{"type":"input_image","file_id":"f"}]}]}""",
        "input[0].content[0].file_id",
        "unsupported_parameter")]
    [InlineData(
        """{"model":"demo","input":[{"type":"function_call_output","call_id":"c","output":"a"}]}""",
        "input[0].call_id",
        "invalid_value")]
    [InlineData("""{"model":"demo","input":"a","max_output_tokens":0}""", "max_output_tokens", "integer_below_min_value")]
    [InlineData("""{"model":"demo","input":"a","max_output_tokens":5000}""", "input", "context_length_exceeded")]
    [InlineData("""{"model":"demo","input":"a","temperature":3}""", "temperature", "decimal_above_max_value")]
    [InlineData("""{"model":"demo","input":"a","tools":[{"type":"web_search"}]}""", "tools[0].type", "invalid_value")]
    [InlineData("""{"model":"demo","input":"a","tools":[{"type":"function"}]}""", "tools[0].name", "missing_required_parameter")]
    [InlineData("""{"model":"demo","input":"a","tools":[{"type":"function","name":"a b"}]}""", "tools[0].name", "invalid_value")]
    [InlineData("""{"model":"demo","input":"a","text":{"format":{"type":"xml"}}}""", "text.format.type", "invalid_value")]
    [InlineData(
        """{"model":"demo","input":"a","text":{"format":{"type":"json_schema"}}}""",
        "text.format.name",
        "missing_required_parameter")]
    [InlineData("""{"model":"demo","input":"a","text":5}""", "text", "invalid_type")]
    [InlineData("""{"model":"demo","input":"a","reasoning":{"effort":"high"}}""", "reasoning.effort", "unsupported_parameter")]
    [InlineData("""{"model":"demo","input":"a","truncation":"auto"}""", "truncation", "unsupported_parameter")]
    [InlineData("""{"model":"demo","input":"a","background":true}""", "background", "unsupported_parameter")]
    [InlineData("""{"model":"demo","input":"a","conversation":"c"}""", "conversation", "unsupported_parameter")]
    [InlineData("""{"model":"demo","input":"a","include":"message.output_text.logprobs"}""", "include", "invalid_type")]
    [InlineData("""{"model":"demo","input":"a","top_logprobs":21}""", "top_logprobs", "integer_above_max_value")]
    [InlineData("""{"model":"demo","input":"a","max_tool_calls":0}""", "max_tool_calls", "integer_below_min_value")]
    [InlineData("""{"model":"demo","input":"a","tools":[{"type":"custom","name":"a"}]}""", "tools[0].type", "invalid_value")]
    [InlineData(
        """
        {"model":"demo","input":"a","tools":[{"type":"function","name":"f"}],
         "tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"g"}]}}
        """,
        "tool_choice",
        null)]
    [InlineData(
        """
        {"model":"demo","input":"a","tools":[{"type":"function","name":"f"}],
         "tool_choice":{"type":"allowed_tools","mode":"never","tools":[{"type":"function","name":"f"}]}}
        """,
        "tool_choice.mode",
        "invalid_value")]
    [InlineData(
        """{"model":"demo","input":[{"role":"user","content":[{"type":"input_file","file_id":"f"}]}]}""",
        "input[0].content[0]",
        "unsupported_parameter")]
    [InlineData(
        """{"model":"demo","input":[{"role":"user","content":[{"type":"input_file","file_data":"data:application/pdf;base64,AAAA"}]}]}""",
        "input[0].content[0].file_data",
        "unsupported_parameter")]
    [InlineData("""{"model":"\ud800","input":"a"}""", "model", "invalid_value")]
    [InlineData("""{"model":"demo","input":[{"role":"assistant","content":"a"}]}""", "input", "invalid_value")]
    public async Task Request_ThatCannotBeDone_IsA400ThatNamesTheField(string body, string param, string? code)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await server.Http.PostAsync(Path, content);

        Assert.Equal((400, param, code), await Api.ErrorAsync(response));
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };

    private static string TextOf(JsonElement response) => string.Concat(response.GetProperty("output").EnumerateArray()
        .Where(item => item.GetProperty("type").GetString() == "message")
        .SelectMany(item => item.GetProperty("content").EnumerateArray())
        .Select(part => part.GetProperty("text").GetString()));

    // Two responses to one request differ in what names them, in when they were made, and in that the second finds its prompt read.
    private static string Comparable(JsonElement response)
    {
        var id = response.GetProperty("id").GetString()!["resp_".Length..];
        var json = JsonNode.Parse(response.GetRawText().Replace(id, "ID"))!;
        json["created_at"] = 0;
        json["usage"]?["input_tokens_details"]?.AsObject().Remove("cached_tokens");
        return json.ToJsonString();
    }

    private static void AssertSameUsage(JsonElement chat, JsonElement response)
    {
        var (expected, actual) = (chat.GetProperty("usage"), response.GetProperty("usage"));
        Assert.Equal(
            (expected.GetProperty("prompt_tokens").GetInt32(), expected.GetProperty("completion_tokens").GetInt32()),
            (actual.GetProperty("input_tokens").GetInt32(), actual.GetProperty("output_tokens").GetInt32()));
    }
}
