using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using MlxActors.Native.Results;

namespace MlxActors.Web.Cli.Chat;

/// <summary>The chat API of a running server, as any client speaks it.</summary>
internal sealed class ServerPartner : IPartner
{
    private const string DataField = "data: ";
    private const string End = "[DONE]";

    // The list of models is there at once, even while a model is loaded.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private string? _default;

    private ServerPartner(Uri address, string? key)
    {
        _http = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
    }

    public string Name => $"the server at {_http.BaseAddress}";

    /// <summary>A server that answers, or why there is none: with a status, if somebody answers who will not.</summary>
    /// <param name="address">Ends with a slash.</param>
    /// <param name="key">What it may ask for.</param>
    public static async Task<Result<ServerPartner, HttpRequestException>> FindAsync(Uri address, string? key)
    {
        var server = new ServerPartner(address, key);
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var models = await server.ListAsync(patience.Token);
            server._default = models.Where(model => model.IsDefault).Concat(models).FirstOrDefault()?.Id;
            return server;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            await server.DisposeAsync();
            return Result.Error<ServerPartner, HttpRequestException>(
                e as HttpRequestException ?? new HttpRequestException("it does not answer", e));
        }
    }

    public async IAsyncEnumerable<Reply> AskAsync(
        string? model, IReadOnlyList<ChatMessage> messages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["model"] = model ?? _default,
            ["messages"] = new JsonArray([.. messages.Select(Message)]),
            ["stream"] = true,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions")
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            yield return new Reply.Refused(MessageOf(await response.Content.ReadAsStringAsync(cancellationToken)));
            yield break;
        }
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith(DataField, StringComparison.Ordinal) && line[DataField.Length..] is var data && data != End
                && Read(data) is { } reply)
            {
                yield return reply;
            }
        }
    }

    public async Task<IReadOnlyList<string>> ModelsAsync(CancellationToken cancellationToken) =>
        [.. (await ListAsync(cancellationToken)).Select(model => model.Id)];

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    // Servers of other makers mark no default.
    private async Task<IReadOnlyList<ServedModel>> ListAsync(CancellationToken cancellationToken)
    {
        var list = await _http.GetStringAsync("v1/models", cancellationToken);
        try
        {
            using var json = JsonDocument.Parse(list);
            return
            [
                .. json.RootElement.GetProperty("data").EnumerateArray().Select(model => new ServedModel(
                    model.GetProperty("id").GetString()!,
                    model.TryGetProperty("default", out var isDefault) && isDefault.ValueKind == JsonValueKind.True)),
            ];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new HttpRequestException("what answers there is another program", e);
        }
    }

    private static JsonNode Message(ChatMessage message) => new JsonObject
    {
        ["role"] = message.Role.Value,
        ["content"] = message.Contents is [TextContent text]
            ? JsonValue.Create(text.Text)
            : new JsonArray([.. message.Contents.Select(Part)]),
    };

    private static JsonNode Part(AIContent content) => content is DataContent data
        ? new JsonObject { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = data.Uri } }
        : new JsonObject { ["type"] = "text", ["text"] = ((TextContent)content).Text };

    private static Reply? Read(string data)
    {
        using var chunk = JsonDocument.Parse(data);
        return chunk.RootElement.TryGetProperty("error", out _) ? new Reply.Refused(MessageOf(data))
            : chunk.RootElement.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0
            && choices[0].GetProperty("delta").TryGetProperty("content", out var content) && content.GetString() is { Length: > 0 } text
                ? new Reply.Piece(text)
                : null;
    }

    private static string MessageOf(string body)
    {
        try
        {
            return JsonNode.Parse(body)?["error"]?["message"]?.GetValue<string>() ?? body;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return body;
        }
    }

    private sealed record ServedModel(string Id, bool IsDefault);
}
