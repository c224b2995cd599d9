using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlxActors.Gateway.Processes.Requests;

/// <summary>A client that takes nothing on trust: answers and errors have to be whole, of one piece, and in OpenAI's shape.</summary>
internal static class ChatClient
{
    public const string Path = "/v1/chat/completions";

    private const string RequestId = "x-request-id";

    /// <summary>A request of one user message at temperature 0; fields beyond it are added by the caller.</summary>
    public static JsonObject Request(string text, bool stream = false, string model = "demo", int maxTokens = 64) =>
        Request([Message("user", text)], stream, model, maxTokens);

    /// <inheritdoc cref="Request(string, bool, string, int)"/>
    public static JsonObject Request(IEnumerable<JsonNode> messages, bool stream, string model, int maxTokens)
    {
        var body = new JsonObject
        {
            ["model"] = model,
            ["temperature"] = 0,
            ["max_tokens"] = maxTokens,
            ["stream"] = stream,
            ["messages"] = new JsonArray([.. messages]),
        };
        if (stream)
        {
            body["stream_options"] = new JsonObject { ["include_usage"] = true };
        }
        return body;
    }

    /// <summary>A streamed answer of exactly so many tokens, for requests that must not end before a test has done something to them.</summary>
    public static JsonObject LongRequest(string text, int tokens)
    {
        var body = Request(text, stream: true, maxTokens: tokens);

        // The tokens that end a turn of `demo`, as its generation_config.json has them.
        body["logit_bias"] = new JsonObject { ["1"] = -100, ["6"] = -100 };
        return body;
    }

    public static JsonObject Message(string role, string text) => new() { ["role"] = role, ["content"] = text };

    public static HttpRequestMessage Post(JsonObject body, string? id = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = JsonContent.Create(body) };
        if (id is not null)
        {
            request.Headers.Add(RequestId, id);
        }
        return request;
    }

    /// <param name="id">By which the nodes' logs name it.</param>
    /// <param name="onText">Called when the first text has come.</param>
    public static async Task<Ending> AskAsync(HttpClient http, JsonObject body, string? id = null, Action? onText = null)
    {
        try
        {
            using var request = Post(body, id);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            return !response.IsSuccessStatusCode
                    ? ErrorOf((int)response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync()))
                : response.Content.Headers.ContentType?.MediaType == "text/event-stream"
                    ? await ReadStreamAsync(response, onText ?? (() => { }))
                : WholeOf(JsonElement.Parse(await response.Content.ReadAsStringAsync()));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException or KeyNotFoundException or TaskCanceledException)
        {
            return new Ending.Broken(e.Message);
        }
    }

    private static async Task<Ending> ReadStreamAsync(HttpResponseMessage response, Action onText)
    {
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var answer = new StreamedAnswer(onText);
        while (await reader.ReadLineAsync() is { } line)
        {
            answer.Add(line);
        }
        return answer.End();
    }

    private static Ending WholeOf(JsonElement completion)
    {
        var choice = completion.GetProperty("choices")[0];
        return choice.GetProperty("finish_reason").ValueKind == JsonValueKind.String
            ? Answer(choice.GetProperty("message").GetProperty("content").GetString() ?? "", completion.GetProperty("usage"))
            : new Ending.Broken($"not finished: {completion}");
    }

    internal static Ending.Answered Answer(string text, JsonElement usage) => new(
        text,
        usage.GetProperty("prompt_tokens").GetInt32(),
        usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32(),
        usage.GetProperty("completion_tokens").GetInt32());

    internal static Ending ErrorOf(int status, JsonElement body)
    {
        var error = body.GetProperty("error");
        return error.GetProperty("message").GetString() is { Length: > 0 } && error.GetProperty("type").GetString() is { Length: > 0 } type
            ? new Ending.Errored(status, type, error.GetProperty("code").GetString())
            : new Ending.Broken($"an error that says nothing: {body}");
    }
}
