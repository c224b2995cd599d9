using System.Text.Json;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.OpenAi;

/// <summary>Text completions and tokens on the demo model.</summary>
[Collection(DemoServer.Collection)]
public sealed class CompletionsTests(DemoServer server)
{
    private const string Path = "/v1/completions";
    private const string Hello = """ "model":"demo","prompt":"Hello","temperature":0,"max_tokens":8 """;

    [Fact]
    public async Task Completion_Whole_HasOpenAisShape()
    {
        var completion = await Api.JsonAsync(server.Http, "/completions", $"{{{Hello}}}");

        Assert.StartsWith("cmpl-", completion.GetProperty("id").GetString());
        Assert.Equal("text_completion", completion.GetProperty("object").GetString());
        var choice = completion.GetProperty("choices")[0];
        Assert.Equal(["text", "index", "logprobs", "finish_reason"], choice.EnumerateObject().Select(field => field.Name));
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("logprobs").ValueKind);
    }

    [Fact]
    public async Task Completion_WithoutALimit_IsOfAtMostSixteenTokens()
    {
        var completion = await Api.JsonAsync(
            server.Http, Path, """{"model":"demo","prompt":"Hello","temperature":0,"logit_bias":{"1":-100,"6":-100}}""");

        Assert.Equal(16, completion.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal("length", completion.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"echo\":true")]
    [InlineData(",\"logprobs\":2")]
    [InlineData(",\"n\":2,\"echo\":true")]
    public async Task Completion_Streamed_CarriesWhatTheWholeOneDoes(string fields)
    {
        var whole = await Api.JsonAsync(server.Http, Path, $"{{{Hello}{fields}}}");
        using var response = await Api.PostAsync(
            server.Http, Path, $$$"""{{{{Hello}}}{{{fields}}},"stream":true,"stream_options":{"include_usage":true}}""");

        var events = await Chat.EventsAsync(response);
        Assert.Equal("[DONE]", events[^1]);
        var chunks = events.SkipLast(1).Select(data => JsonElement.Parse(data)).ToArray();
        Assert.Equal(whole.GetProperty("usage").GetRawText(), chunks[^1].GetProperty("usage").GetRawText());
        foreach (var choice in whole.GetProperty("choices").EnumerateArray())
        {
            var own = chunks.SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray())
                .Where(chunk => chunk.GetProperty("index").GetInt32() == choice.GetProperty("index").GetInt32())
                .ToArray();
            Assert.Equal(choice.GetProperty("text").GetString(), string.Concat(own.Select(chunk => chunk.GetProperty("text").GetString())));
            Assert.Equal(choice.GetProperty("finish_reason").GetString(), own[^1].GetProperty("finish_reason").GetString());
            foreach (var list in new[] { "tokens", "token_logprobs", "top_logprobs", "text_offset" })
            {
                Assert.Equal(Items([choice], list), Items(own, list));
            }
        }
    }

    [Fact]
    public async Task Logprobs_TellTheTokensOfTheText_WithTheirPlaces()
    {
        var completion = await Api.JsonAsync(server.Http, Path, $"{{{Hello},\"logprobs\":2}}");

        var choice = completion.GetProperty("choices")[0];
        var logprobs = choice.GetProperty("logprobs");
        var tokens = logprobs.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!).ToArray();
        Assert.Equal(choice.GetProperty("text").GetString(), string.Concat(tokens));
        Assert.Equal(
            tokens.Select((_, index) => string.Concat(tokens[..index]).Length),
            logprobs.GetProperty("text_offset").EnumerateArray().Select(offset => offset.GetInt32()));
        foreach (var (top, index) in logprobs.GetProperty("top_logprobs").EnumerateArray().Select((top, index) => (top, index)))
        {
            Assert.InRange(top.EnumerateObject().Count(), 2, 3);
            Assert.Equal(
                logprobs.GetProperty("token_logprobs")[index].GetDouble(), top.GetProperty(tokens[index]).GetDouble());
        }
    }

    [Fact]
    public async Task Prompts_InOneRequest_AreAnsweredAsEachAlone()
    {
        var tokens = (await Api.JsonAsync(server.Http, "/tokenize", """{"model":"demo","prompt":"Who are you?"}""")).GetProperty("tokens");
        var one = await Api.JsonAsync(server.Http, Path, $"{{{Hello}}}");
        var other = await Api.JsonAsync(server.Http, Path, $"{{{Hello.Replace("\"Hello\"", tokens.GetRawText())}}}");
        var hello = (await Api.JsonAsync(server.Http, "/tokenize", """{"model":"demo","prompt":"Hello"}""")).GetProperty("tokens");

        var both = await Api.JsonAsync(
            server.Http, Path, $"{{{Hello.Replace("\"Hello\"", "[\"Hello\",\"Who are you?\"]")},\"n\":2,\"echo\":true}}");
        var asTokens = await Api.JsonAsync(
            server.Http, Path, $"{{{Hello.Replace("\"Hello\"", $"[{hello.GetRawText()},{tokens.GetRawText()}]")}}}");

        string[] expected = [Text(one, 0), Text(other, 0)];
        Assert.Equal(
            ["Hello" + expected[0], "Hello" + expected[0], "Who are you?" + expected[1], "Who are you?" + expected[1]],
            Enumerable.Range(0, 4).Select(index => Text(both, index)));
        Assert.Equal(expected, new[] { Text(asTokens, 0), Text(asTokens, 1) });
        Assert.Equal(
            hello.GetArrayLength() + tokens.GetArrayLength(), both.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Theory]
    [InlineData("\"prompt\":\"a\",\"suffix\":\"b\"", "suffix", "unsupported_parameter")]
    [InlineData("\"prompt\":\"a\",\"best_of\":2", "best_of", "unsupported_parameter")]
    [InlineData("\"prompt\":\"a\",\"echo\":true,\"logprobs\":1", "echo", "unsupported_parameter")]
    [InlineData("\"prompt\":\"a\",\"logprobs\":6", "logprobs", "integer_above_max_value")]
    [InlineData("\"prompt\":\"a\",\"max_tokens\":0", "max_tokens", "integer_below_min_value")]
    [InlineData("\"prompt\":\"a\",\"max_tokens\":5000", "prompt", "context_length_exceeded")]
    [InlineData("\"prompt\":[99999999]", "prompt", "invalid_value")]
    [InlineData("\"prompt\":[[]]", "prompt[0]", "empty_array")]
    [InlineData("\"prompt\":[]", "prompt", "empty_array")]
    [InlineData("\"prompt\":[\"a\",1]", "prompt[1]", "invalid_type")]
    [InlineData("\"prompt\":{}", "prompt", "invalid_type")]
    [InlineData("\"prompt\":[\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"]", "prompt", "array_above_max_length")]
    [InlineData("\"n\":1", "prompt", "missing_required_parameter")]
    public async Task Request_ThatCannotBeDone_IsA400ThatNamesTheField(string fields, string param, string code)
    {
        using var response = await Api.PostAsync(server.Http, Path, $"{{\"model\":\"demo\",{fields}}}");

        Assert.Equal((400, param, code), await Api.ErrorAsync(response));
    }

    [Fact]
    public async Task Tokenize_SaysWhatIsAskedOfATextsTokens()
    {
        var plain = await Api.JsonAsync(
            server.Http, "/v1/tokenize", """{"model":"demo","prompt":"Hello","add_special_tokens":false,"return_token_strs":true}""");
        var whole = await Api.JsonAsync(server.Http, "/v1/tokenize", """{"model":"demo","prompt":"Hello"}""");

        Assert.Equal("""{"count":1,"max_model_len":2048,"tokens":[848],"token_strs":["Hello"]}""", plain.GetRawText());
        Assert.Equal("""{"count":2,"max_model_len":2048,"tokens":[2,848]}""", whole.GetRawText());
    }

    [Theory]
    [InlineData("/tokenize", """{"model":"demo"}""", 400, "prompt")]
    [InlineData("/tokenize", """{"model":"nobody","prompt":""}""", 404, "model")]
    [InlineData("/detokenize", """{"model":"demo","tokens":[1,99999999]}""", 400, "tokens")]
    [InlineData("/detokenize", """{"model":"demo"}""", 400, "tokens")]
    public async Task Tokens_OfAWrongRequest_AreAnErrorThatNamesTheField(string path, string body, int status, string param)
    {
        using var response = await Api.PostAsync(server.Http, path, body);

        var error = await Api.ErrorAsync(response);
        Assert.Equal((status, param), (error.Status, error.Param));
    }

    private static string Text(JsonElement completion, int index) =>
        completion.GetProperty("choices")[index].GetProperty("text").GetString()!;

    private static IEnumerable<string> Items(IEnumerable<JsonElement> choices, string list) => choices
        .Select(choice => choice.GetProperty("logprobs"))
        .Where(logprobs => logprobs.ValueKind == JsonValueKind.Object)
        .SelectMany(logprobs => logprobs.GetProperty(list).EnumerateArray().Select(item => item.GetRawText()));
}
