using System.Buffers;
using System.Text.Json;
using MlxActors.Http.Errors;
using MlxActors.Http.Json;

namespace MlxActors.Gateway.Forwarding;

/// <summary>How a stream that breaks tells its client: an error event in the form that the endpoint's streams have.</summary>
internal static class LastWords
{
    /// <summary>Of chat and text completions.</summary>
    public static byte[] OfCompletion(ApiError error)
    {
        var text = new ArrayBufferWriter<byte>();
        text.Write("data: "u8);
        Write(text, json => ErrorWriter.Write(json, error));
        return End(text);
    }

    /// <summary>Of <c>/v1/responses</c>: OpenAI's <c>error</c> event.</summary>
    /// <param name="number">The event's, counted from 0.</param>
    public static byte[] OfResponse(ApiError error, int number)
    {
        var text = new ArrayBufferWriter<byte>();
        text.Write("event: error\ndata: "u8);
        Write(text, json =>
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "error"u8);
            json.WriteNumber("sequence_number"u8, number);
            json.WriteString("code"u8, error.Code);
            json.WriteString("message"u8, error.Message);
            json.WriteString("param"u8, error.Param);
            json.WriteEndObject();
        });
        return End(text);
    }

    private static void Write(ArrayBufferWriter<byte> text, Action<Utf8JsonWriter> write)
    {
        using var json = new Utf8JsonWriter(text, JsonResponses.Options);
        write(json);
    }

    private static byte[] End(ArrayBufferWriter<byte> text)
    {
        text.Write("\n\n"u8);
        return text.WrittenSpan.ToArray();
    }
}
