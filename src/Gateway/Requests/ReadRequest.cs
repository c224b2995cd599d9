using System.Text.Json;
using MlxActors.Gateway.Policy;

namespace MlxActors.Gateway.Requests;

/// <summary>What the gateway takes from a request's body. What is wrong with the body, the node says.</summary>
/// <param name="PreviousResponse">Id of the response that it continues.</param>
internal sealed record ReadRequest(RequestFacts Facts, string? PreviousResponse)
{
    private static readonly JsonDocumentOptions AsDeepAsNodesTake = new() { MaxDepth = 128 };

    /// <summary>Of a request that has no body, or none that could be read.</summary>
    public static ReadRequest Nothing { get; } = new(RequestFacts.Any, null);

    /// <param name="needsModel">Whether a node has to have the model loaded for it.</param>
    public static ReadRequest Of(ReadOnlyMemory<byte> body, bool needsModel)
    {
        try
        {
            using var document = JsonDocument.Parse(body, AsDeepAsNodesTake);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root ? Of(root, needsModel) : Nothing;
        }
        catch (JsonException)
        {
            return Nothing;
        }
    }

    private static ReadRequest Of(JsonElement body, bool needsModel) => new(
        new RequestFacts(TextOf(body, "model"), ConversationKey.Of(body), needsModel),
        TextOf(body, "previous_response_id"));

    private static string? TextOf(JsonElement body, string field)
    {
        try
        {
            return body.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, as an escape.
            return null;
        }
    }
}
