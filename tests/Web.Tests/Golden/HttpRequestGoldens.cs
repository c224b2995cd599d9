using System.Collections.Frozen;
using System.Net;
using System.Text.Json;
using MlxActors.Golden;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Web.OpenAi.Parsing;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Golden;

/// <summary>Raw requests and what they must get, by the rules of the README beside them.</summary>
[Collection(DemoServer.Collection)]
public sealed class HttpRequestGoldens(DemoServer server)
{
    private static readonly IMediaDecoder Decoder = new MediaDecoder(ImageLimits.Default);

    private static readonly FrozenDictionary<string, JsonElement> Rows = Goldens.Files("http", "*.jsonl").AsEnumerable<object?[]>()
        .Select(row => row[0] as string)
        .OfType<string>()
        .SelectMany(file => Goldens.Lines(Goldens.PathOf(file)))
        .ToFrozenDictionary(row => row.GetProperty("name").GetString()!);

    public static TheoryData<string?> Names => Goldens.Rows(Rows.Keys.Order(StringComparer.Ordinal));

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task Request_GetsWhatItMustGet(string? name)
    {
        var row = Rows[Goldens.SkipWhenNone(name, "http")];

        using var response = await server.Http.SendAsync(Message(row));
        var body = await response.Content.ReadAsStringAsync();

        CheckStatus(row.GetProperty("expect"), response, body);
        Check(row, response, body);
        await AssertStillAnswers();
    }

    private static HttpRequestMessage Message(JsonElement row)
    {
        var message = new HttpRequestMessage(
            new HttpMethod(row.TryGetProperty("method", out var method) ? method.GetString()! : "POST"),
            row.TryGetProperty("path", out var path) ? path.GetString() : Chat.Path);
        if (message.Method != HttpMethod.Get)
        {
            message.Content = new ByteArrayContent(RequestBodies.Of(row));
        }
        var headers = row.TryGetProperty("headers", out var given) ? given : JsonElement.Parse("""{"Content-Type":"application/json"}""");
        foreach (var header in headers.EnumerateObject().Where(header => header.Value.ValueKind == JsonValueKind.String))
        {
            if (!message.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString()))
            {
                message.Content?.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
            }
        }
        return message;
    }

    private static void CheckStatus(JsonElement expect, HttpResponseMessage response, string body)
    {
        var statuses = OneOrMany(expect.GetProperty("status")).Select(status => status.GetInt32());
        Assert.True(statuses.Contains((int)response.StatusCode), $"{(int)response.StatusCode}, not {expect.GetProperty("status")}: {body}");
        if ((int)response.StatusCode is < 400 or >= 500)
        {
            return;
        }
        var error = Error(body);
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.False(string.IsNullOrWhiteSpace(error.GetProperty("message").GetString()));
        foreach (var field in new[] { "param", "code" })
        {
            var actual = error.GetProperty(field).GetString();
            Assert.True(
                !expect.TryGetProperty(field, out var allowed) || OneOrMany(allowed).Any(pattern => Matches(pattern.GetString(), actual)),
                $"{field} is '{actual}', not {allowed}: {body}");
        }
    }

    private static void Check(JsonElement row, HttpResponseMessage response, string body)
    {
        if (!response.IsSuccessStatusCode)
        {
            return;
        }
        switch (row.TryGetProperty("check", out var check) ? check.GetString() : null)
        {
            case null:
                break;
            case "no_tool_calls":
                Assert.DoesNotContain("tool_calls", body);
                break;
            case "content_is_json_or_length":
                AssertJson(JsonElement.Parse(body).GetProperty("choices")[0]);
                break;
            case "logprobs_present":
                var logprobs = JsonElement.Parse(body).GetProperty("choices")[0].GetProperty("logprobs");
                Assert.NotEqual(0, logprobs.GetProperty("content").GetArrayLength());
                break;
            case "sse_usage":
                Assert.Contains("\"choices\":[],\"usage\":{", body);
                break;
            case "sse_no_usage":
                Assert.DoesNotContain("\"usage\"", body);
                break;
            case "json_error_not_sse":
                Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
                break;
            case "stops_within_window":
                Assert.InRange(JsonElement.Parse(body).GetProperty("usage").GetProperty("total_tokens").GetInt32(), 1, 2048);
                break;
            case "special_tokens_escaped":
                AssertNoForgedTurns(row);
                break;
            default:
                Assert.Fail($"unknown check {check}");
                break;
        }
    }

    private static void AssertJson(JsonElement choice)
    {
        var content = choice.GetProperty("message").GetProperty("content").GetString()!;
        if (choice.GetProperty("finish_reason").GetString() != "length")
        {
            Assert.Equal(JsonValueKind.Object, JsonElement.Parse(content).ValueKind);
        }
        Assert.StartsWith("{", content);
    }

    // One message: the turns of the user and of the model open, the user's closes. A control token out of the text would add to them.
    private static void AssertNoForgedTurns(JsonElement row)
    {
        var call = JsonBody.Parse(RequestBodies.Of(row), body => ChatCompletionDecoder.Read(body, default))
            .Match(call => call, error => throw new InvalidDataException(error.Message));
        var plan = TestServer.Plan();
        using var model = plan.Engine.Load(plan.Choice.Model.Directory, new Progress<double>(), CancellationToken.None)
            .Match(model => model, error => throw new InvalidDataException(error.Message));
        var tokens = model.Processor.Prepare(call.Conversation, Decoder, CancellationToken.None)
            .Match(prompt => prompt.Tokens, error => throw new InvalidDataException(error.Message));
        var plain = model.Processor.Prepare(new Conversation([ChatMessage.Of(Role.User, "hi")], [], []), Decoder, CancellationToken.None)
            .Match(prompt => prompt.Tokens, error => throw new InvalidDataException(error.Message));
        foreach (var control in plain.Take(2).Concat(model.Info.EndOfSequence).Distinct())
        {
            Assert.Equal(plain.Count(token => token == control), tokens.Count(token => token == control));
        }
    }

    private async Task AssertStillAnswers()
    {
        var request = Chat.Request("Hello");
        request["max_tokens"] = 1;
        using var response = await Chat.PostAsync(server.Http, request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static JsonElement Error(string body) => JsonElement.Parse(body).GetProperty("error");

    private static IEnumerable<JsonElement> OneOrMany(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];

    private static bool Matches(string? pattern, string? actual) =>
        pattern?.EndsWith('*') == true ? actual?.StartsWith(pattern[..^1], StringComparison.Ordinal) == true : pattern == actual;
}
