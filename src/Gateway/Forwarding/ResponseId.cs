using System.Text.Json;

namespace MlxActors.Gateway.Forwarding;

/// <summary>Reads the id of a response off an answer of <c>/v1/responses</c>.</summary>
internal static class ResponseId
{
    /// <param name="json">A <c>response</c> object.</param>
    public static string? OfWhole(ReadOnlyMemory<byte> json) => Read(json, root => root.GetProperty("id").GetString());

    /// <param name="events">The beginning of the event stream: events as a whole, the first of which carries the response.</param>
    public static string? OfEvents(ReadOnlyMemory<byte> events)
    {
        var start = events.Span.IndexOf("data: "u8);
        if (start < 0)
        {
            return null;
        }
        var data = events[(start + "data: ".Length)..];
        var end = data.Span.IndexOf((byte)'\n');
        return Read(end < 0 ? data : data[..end], root => root.GetProperty("response").GetProperty("id").GetString());
    }

    private static string? Read(ReadOnlyMemory<byte> json, Func<JsonElement, string?> id)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return id(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }
}
