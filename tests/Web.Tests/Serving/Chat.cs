using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlxActors.Web.Tests.Serving;

/// <summary>Requests to the chat endpoint, and what came back.</summary>
internal static class Chat
{
    public const string Path = "/v1/chat/completions";
    private const string Data = "data: ";

    /// <summary>A request of one user message; fields beyond it are added by the caller.</summary>
    public static JsonObject Request(string text, bool stream = false) => new()
    {
        ["model"] = "demo",
        ["temperature"] = 0,
        ["stream"] = stream,
        ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = text }),
    };

    public static Task<HttpResponseMessage> PostAsync(HttpClient http, JsonNode body) => http.PostAsync(Path, JsonContent.Create(body));

    /// <summary>Sends, and reads the answer as it comes in.</summary>
    public static Task<HttpResponseMessage> StreamAsync(HttpClient http, JsonNode body, CancellationToken cancellationToken = default) =>
        http.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, Path) { Content = JsonContent.Create(body) },
            HttpCompletionOption.ResponseHeadersRead,
            cancellationToken);

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        JsonElement.Parse(await response.Content.ReadAsStringAsync());

    /// <summary>The data of every event of a stream that has ended.</summary>
    public static async Task<string[]> EventsAsync(HttpResponseMessage response) =>
    [
        .. (await response.Content.ReadAsStringAsync())
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.StartsWith(Data, StringComparison.Ordinal) ? line[Data.Length..] : throw new FormatException(line)),
    ];

    public static string ContentOf(JsonElement completion) =>
        completion.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;

    /// <summary>The text of a whole stream, put together from its deltas.</summary>
    public static string Joined(IEnumerable<string> events) => string.Concat(events
        .Where(data => data != "[DONE]")
        .Select(data => JsonElement.Parse(data).GetProperty("choices"))
        .Where(choices => choices.GetArrayLength() > 0)
        .Select(choices => choices[0].GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : ""));
}
