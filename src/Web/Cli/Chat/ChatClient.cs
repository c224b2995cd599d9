using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlxActors.Web.Cli.Chat;

/// <summary>What comes of a question: pieces of an answer, or the one sentence that says why there is none.</summary>
internal abstract record Reply
{
    private Reply()
    {
    }

    public sealed record Piece(string Text) : Reply;

    public sealed record Refused(string Message) : Reply;
}

/// <summary>The chat API of a running server, as any client speaks it.</summary>
internal sealed class ChatClient(HttpClient http)
{
    private const string DataField = "data: ";
    private const string End = "[DONE]";

    /// <param name="model">Null leaves the choice to the server.</param>
    public async IAsyncEnumerable<Reply> AskAsync(
        string? model, JsonArray messages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["messages"] = messages.DeepClone(), ["stream"] = true };
        if (model is not null)
        {
            body["model"] = model;
        }
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions")
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
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

    /// <summary>The ids of the models that the server has.</summary>
    public async Task<IReadOnlyList<string>> ModelsAsync(CancellationToken cancellationToken)
    {
        using var list = JsonDocument.Parse(await http.GetStringAsync("v1/models", cancellationToken));
        return [.. list.RootElement.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()!)];
    }

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
}
