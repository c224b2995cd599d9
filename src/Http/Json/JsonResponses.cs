using System.Text.Encodings.Web;
using System.Text.Json;

namespace MlxActors.Http.Json;

internal static class JsonResponses
{
    /// <summary>Texts go out as they are; only what JSON itself demands is escaped.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public const string ContentType = "application/json; charset=utf-8";

    /// <summary>Writes one JSON document as the whole body.</summary>
    public static async Task WriteJsonAsync(this HttpResponse response, Action<Utf8JsonWriter> write)
    {
        response.ContentType = ContentType;
        using (var json = new Utf8JsonWriter(response.BodyWriter, Options))
        {
            write(json);
        }
        await response.BodyWriter.FlushAsync(response.HttpContext.RequestAborted);
    }
}
