using System.Collections.Immutable;
using System.Text.Json;

namespace MlxActors.Gateway.Nodes;

/// <summary>A model that a node can serve.</summary>
/// <param name="Id">By which the node reports it.</param>
/// <param name="Aliases">Other names that requests may have for it.</param>
/// <param name="IsDefault">Whether the node was started with it.</param>
/// <param name="Listing">The object as the node lists it.</param>
internal sealed record NodeModel(string Id, ImmutableArray<string> Aliases, bool IsDefault, JsonElement Listing)
{
    public bool IsCalled(string name) =>
        Id.Equals(name, StringComparison.Ordinal) || Aliases.Contains(name, StringComparer.Ordinal);

    /// <summary>Reads the answer to <c>GET /v1/models</c>.</summary>
    /// <returns>Null for what is no list of models.</returns>
    public static ImmutableArray<NodeModel>? ParseList(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. document.RootElement.GetProperty("data").EnumerateArray().Select(Of)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static NodeModel Of(JsonElement model) => new(
        model.GetProperty("id").GetString() ?? throw new InvalidOperationException("a model has no id"),
        model.TryGetProperty("aliases", out var aliases)
            ? [.. aliases.EnumerateArray().Select(alias => alias.GetString()).OfType<string>()]
            : [],
        model.TryGetProperty("default", out var isDefault) && isDefault.ValueKind == JsonValueKind.True,
        model.Clone());
}
