using System.Text.Json;
using System.Text.Json.Nodes;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.OpenAi;

/// <summary>Answers that must take a form, from the demo models through HTTP.</summary>
[Collection(DemoServer.Collection)]
public sealed class StructuredOutputTests(DemoServer server)
{
    private const string Person = """
        {"type":"object","properties":{"name":{"type":"string","maxLength":12},"age":{"type":"integer","minimum":0,"maximum":130},
        "mood":{"enum":["glad","sad"]},"tags":{"type":"array","items":{"type":"boolean"},"minItems":1,"maxItems":2}},
        "required":["name","age","mood","tags"],"additionalProperties":false}
        """;

    private const string Tools = """
        [{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string","maxLength":20},
        "unit":{"enum":["celsius","fahrenheit"]}},"required":["city","unit"]}}},{"type":"function","function":{"name":"now"}}]
        """;

    [Theory]
    [InlineData("demo", true)]
    [InlineData("demo", false)]
    [InlineData("demo-qwen", true)]
    public async Task JsonSchema_HoldsEveryChoice(string model, bool strict)
    {
        var request = Request(model);
        request["response_format"] = Format(Person, strict);
        (request["n"], request["seed"], request["temperature"], request["logprobs"]) = (3, 7, 1.5, true);

        var completion = await Send(request);
        var again = await Send(request);

        foreach (var choice in completion.GetProperty("choices").EnumerateArray())
        {
            Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
            AssertPerson(choice.GetProperty("message").GetProperty("content").GetString()!);
        }
        Assert.Equal(completion.GetProperty("choices").GetRawText(), again.GetProperty("choices").GetRawText());
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("demo-qwen")]
    public async Task JsonSchema_Streamed_IsTheSameAnswer(string model)
    {
        var request = Request(model);
        request["response_format"] = Format(Person, strict: true);
        var whole = Chat.ContentOf(await Send(request));
        request["stream"] = true;

        using var response = await Chat.PostAsync(server.Http, request);

        AssertPerson(whole);
        Assert.Equal(whole, Chat.Joined(await Chat.EventsAsync(response)));
    }

    [Fact]
    public async Task JsonObject_CutByTheLimit_IsTheBeginningOfOne()
    {
        var request = Request("demo");
        request["response_format"] = JsonNode.Parse("""{"type":"json_object"}""");
        request["max_tokens"] = 5;

        var choice = (await Send(request)).GetProperty("choices")[0];

        Assert.Equal("length", choice.GetProperty("finish_reason").GetString());
        Assert.StartsWith("{", choice.GetProperty("message").GetProperty("content").GetString());
    }

    [Theory]
    [InlineData("demo", "\"required\"", true)]
    [InlineData("demo", "\"required\"", false)]
    [InlineData("demo", """{"type":"function","function":{"name":"get_weather"}}""", false)]
    [InlineData("demo", """{"type":"function","function":{"name":"now"}}""", false)]
    [InlineData("demo-qwen", "\"required\"", true)]
    [InlineData("demo-qwen", "\"required\"", false)]
    [InlineData("demo-qwen", """{"type":"function","function":{"name":"get_weather"}}""", false)]
    [InlineData("demo-qwen", """{"type":"function","function":{"name":"now"}}""", false)]
    public async Task ToolChoice_ThatDemandsACall_GetsOne(string model, string choice, bool parallel)
    {
        var request = Request(model);
        (request["tools"], request["tool_choice"]) = (JsonNode.Parse(Tools), JsonNode.Parse(choice));
        (request["parallel_tool_calls"], request["temperature"], request["seed"], request["max_tokens"]) = (parallel, 1, 3, 800);

        var answer = (await Send(request)).GetProperty("choices")[0];

        Assert.Equal("tool_calls", answer.GetProperty("finish_reason").GetString());
        var calls = answer.GetProperty("message").GetProperty("tool_calls").EnumerateArray()
            .Select(call => call.GetProperty("function")).ToArray();
        Assert.InRange(calls.Length, 1, parallel ? 16 : 1);
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("message").GetProperty("content").ValueKind);
        Assert.All(calls, AssertCall);
        Assert.All(calls, call => Assert.True(choice[0] == '"' || choice.Contains($"\"{call.GetProperty("name").GetString()}\"")));
    }

    [Fact]
    public async Task Tools_WithAFormat_AnswerInTheFormatOrCall()
    {
        var request = Request("demo");
        (request["tools"], request["response_format"]) = (JsonNode.Parse(Tools), Format(Person, strict: true));
        (request["n"], request["temperature"], request["seed"]) = (4, 1.5, 11);

        var completion = await Send(request);

        foreach (var choice in completion.GetProperty("choices").EnumerateArray())
        {
            var message = choice.GetProperty("message");
            if (choice.GetProperty("finish_reason").GetString() == "tool_calls")
            {
                Assert.All(message.GetProperty("tool_calls").EnumerateArray(), call => AssertCall(call.GetProperty("function")));
            }
            else
            {
                AssertPerson(message.GetProperty("content").GetString()!);
            }
        }
    }

    [Theory]
    [InlineData("""{"type":"array","uniqueItems":true}""", ".uniqueItems")]
    [InlineData("""{"properties":{"a":{"type":"string","pattern":"\\bx"}}}""", ".properties.a.pattern")]
    public async Task Schema_WithAKeywordThatIsNotSupported_IsRefusedByItsPath(string schema, string path)
    {
        var inFormat = Request("demo");
        inFormat["response_format"] = Format(schema, strict: false);
        var inTool = Request("demo");
        var parameters = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["p"] = JsonNode.Parse(schema) } };
        inTool["tools"] = new JsonArray(new JsonObject
        {
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = "f", ["parameters"] = parameters },
        });
        inTool["tool_choice"] = "required";

        await AssertRefused(inFormat, "response_format.json_schema.schema" + path);
        await AssertRefused(inTool, "tools[0].function.parameters.properties.p" + path);
    }

    private static void AssertPerson(string content)
    {
        var person = JsonElement.Parse(content);
        Assert.Equal(["name", "age", "mood", "tags"], person.EnumerateObject().Select(member => member.Name));
        Assert.InRange(person.GetProperty("name").GetString()!.EnumerateRunes().Count(), 0, 12);
        Assert.InRange(person.GetProperty("age").GetInt32(), 0, 130);
        Assert.Contains(person.GetProperty("mood").GetString(), (string[])["glad", "sad"]);
        Assert.InRange(person.GetProperty("tags").EnumerateArray().Select(tag => tag.GetBoolean()).Count(), 1, 2);
    }

    private static void AssertCall(JsonElement call)
    {
        var arguments = JsonElement.Parse(call.GetProperty("arguments").GetString()!);
        if (call.GetProperty("name").GetString() == "now")
        {
            Assert.Empty(arguments.EnumerateObject());
            return;
        }
        Assert.Equal("get_weather", call.GetProperty("name").GetString());
        Assert.InRange(arguments.GetProperty("city").GetString()!.EnumerateRunes().Count(), 0, 20);
        Assert.Contains(arguments.GetProperty("unit").GetString(), (string[])["celsius", "fahrenheit"]);
    }

    private static JsonObject Request(string model)
    {
        var request = Chat.Request("Tell me about Anna in JSON.");
        (request["model"], request["max_tokens"]) = (model, 200);
        return request;
    }

    private static JsonObject Format(string schema, bool strict) => new()
    {
        ["type"] = "json_schema",
        ["json_schema"] = new JsonObject { ["name"] = "answer", ["strict"] = strict, ["schema"] = JsonNode.Parse(schema) },
    };

    private async Task<JsonElement> Send(JsonNode request)
    {
        using var response = await Chat.PostAsync(server.Http, request);
        var body = await Chat.JsonAsync(response);
        Assert.True(response.IsSuccessStatusCode, body.ToString());
        return body;
    }

    private async Task AssertRefused(JsonNode request, string param)
    {
        using var response = await Chat.PostAsync(server.Http, request);
        var error = (await Chat.JsonAsync(response)).GetProperty("error");
        Assert.Equal((400, param, "invalid_json_schema"), (
            (int)response.StatusCode, error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
    }
}
