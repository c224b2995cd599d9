using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Generation;
using MlxActors.Http.Json;

namespace MlxActors.Web.OpenAi.Contracts;

/// <summary>The items that a response answers, as <c>GET /v1/responses/{id}/input_items</c> lists them: each with an id and its type.</summary>
internal static class InputItems
{
    /// <param name="input">The request's field, which has been decoded without a fault.</param>
    /// <param name="before">The response that it continues, whose items and output come first.</param>
    public static ImmutableArray<ReadOnlyMemory<byte>> Of(JsonElement input, RequestId id, StoredResponse? before)
    {
        var items = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        if (before is not null)
        {
            using var response = JsonDocument.Parse(before.Json);
            items.AddRange(before.Input);
            items.AddRange(response.RootElement.GetProperty("output").EnumerateArray().Select((item, i) => Bytes(json => item.WriteTo(json))));
        }
        var first = items.Count;
        if (input.ValueKind == JsonValueKind.String)
        {
            items.Add(Bytes(json => WriteMessage(json, $"msg_{id}_input_{first}", "user", input)));
        }
        else
        {
            items.AddRange(input.EnumerateArray().Select((item, i) => Bytes(json => WriteItem(json, item, $"{id}_input_{first + i}"))));
        }
        return items.DrainToImmutable();
    }

    private static void WriteItem(Utf8JsonWriter json, JsonElement item, string id)
    {
        var type = item.TryGetProperty("type", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : "message";
        if (type == "message")
        {
            WriteMessage(json, IdOf(item) ?? $"msg_{id}", item.GetProperty("role").GetString()!, item.GetProperty("content"));
            return;
        }
        json.WriteStartObject();
        json.WriteString("id"u8, IdOf(item) ?? $"fc_{id}");
        json.WriteString("status"u8, "completed"u8);
        foreach (var field in item.EnumerateObject().Where(field => field.Name is "type" or "call_id" or "name" or "arguments" or "output"))
        {
            field.WriteTo(json);
        }
        json.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter json, string id, string role, JsonElement content)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("status"u8, "completed"u8);
        json.WriteString("role"u8, role);
        json.WritePropertyName("content"u8);
        if (content.ValueKind == JsonValueKind.String)
        {
            WriteText(json, role == "assistant" ? "output_text" : "input_text", content.GetString()!);
        }
        else
        {
            content.WriteTo(json);
        }
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string type, string text)
    {
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteString("text"u8, text);
        if (type == "output_text")
        {
            json.WriteStartArray("annotations"u8);
            json.WriteEndArray();
        }
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static string? IdOf(JsonElement item) =>
        item.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;

    private static ReadOnlyMemory<byte> Bytes(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, JsonResponses.Options))
        {
            write(json);
        }
        return bytes.WrittenMemory.ToArray();
    }
}
