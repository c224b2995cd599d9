using System.Buffers;
using System.Text.Json;
using MlxActors.Generation;
using MlxActors.Http.Errors;
using MlxActors.Http.Json;
using MlxActors.Web.OpenAi.Parsing;

namespace MlxActors.Web.OpenAi.Contracts;

/// <summary>What every state of one response carries.</summary>
/// <param name="Model">As the request named it.</param>
internal sealed record ResponseHead(RequestId Request, DateTimeOffset Created, string Model, bool Store, ResponseEcho Echo)
{
    public string Id => $"resp_{Request}";

    public static ResponseHead For(ResponseCall call, TimeProvider clock) =>
        new(call.Chat.Request.Id, clock.GetUtcNow(), call.Chat.Request.Model, call.Store, call.Echo);
}

/// <summary>How far a response is.</summary>
internal abstract record ResponseState
{
    private ResponseState()
    {
    }

    public sealed record InProgress : ResponseState;

    /// <summary>Whole, or cut by the limit of tokens.</summary>
    public sealed record Ended(IReadOnlyList<OutputItem> Items, FinishReason Reason, Usage Usage) : ResponseState
    {
        public bool IsCut => Reason is FinishReason.Length;
    }

    public sealed record Broken(IReadOnlyList<OutputItem> Items, ApiError Error) : ResponseState;
}

/// <summary>The <c>response</c> object.</summary>
internal static class ResponseJson
{
    public static byte[] ToBytes(ResponseHead head, ResponseState state)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, JsonResponses.Options))
        {
            Write(json, head, state);
        }
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>What a message or a call is whose response is in this state.</summary>
    public static string StatusOf(ResponseState state) => state switch
    {
        ResponseState.InProgress => "in_progress",
        ResponseState.Ended { IsCut: true } => "incomplete",
        ResponseState.Ended => "completed",
        _ => "failed",
    };

    public static void Write(Utf8JsonWriter json, ResponseHead head, ResponseState state)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, head.Id);
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, head.Created.ToUnixTimeSeconds());
        json.WriteString("status"u8, StatusOf(state));
        json.WriteBoolean("background"u8, false);
        WriteError(json, (state as ResponseState.Broken)?.Error);
        WriteReason(json, state is ResponseState.Ended { IsCut: true });
        WriteEcho(json, head.Echo, "instructions", "null");
        WriteEcho(json, head.Echo, "max_output_tokens", "null");
        json.WriteString("model"u8, head.Model);
        WriteOutput(json, state);
        WriteEcho(json, head.Echo, "parallel_tool_calls", "true");
        WriteEcho(json, head.Echo, "previous_response_id", "null");
        json.WritePropertyName("reasoning"u8);
        json.WriteRawValue("""{"effort":null,"summary":null}"""u8);
        json.WriteBoolean("store"u8, head.Store);
        WriteEcho(json, head.Echo, "temperature", "null");
        WriteText(json, head.Echo["text"]);
        WriteEcho(json, head.Echo, "tool_choice", "\"auto\"");
        WriteEcho(json, head.Echo, "tools", "[]");
        WriteEcho(json, head.Echo, "top_p", "null");
        json.WriteString("truncation"u8, "disabled"u8);
        WriteUsage(json, (state as ResponseState.Ended)?.Usage);
        WriteEcho(json, head.Echo, "user", "null");
        WriteEcho(json, head.Echo, "metadata", "{}");
        json.WriteEndObject();
    }

    private static void WriteOutput(Utf8JsonWriter json, ResponseState state)
    {
        json.WriteStartArray("output"u8);
        var items = state switch
        {
            ResponseState.Ended ended => ended.Items,
            ResponseState.Broken broken => broken.Items,
            _ => [],
        };
        for (var i = 0; i < items.Count; i++)
        {
            var isCut = i == items.Count - 1 && items[i] is OutputItem.Message && StatusOf(state) != "completed";
            items[i].Write(json, isCut ? "incomplete" : "completed");
        }
        json.WriteEndArray();
    }

    private static void WriteEcho(Utf8JsonWriter json, ResponseEcho echo, string name, string otherwise)
    {
        json.WritePropertyName(name);
        if (echo[name] is { } value)
        {
            WriteOneLine(json, value);
        }
        else
        {
            json.WriteRawValue(otherwise);
        }
    }

    // As the client sent it, but for its line breaks, which would end an event's data. No string of JSON holds any unescaped.
    private static void WriteOneLine(Utf8JsonWriter json, JsonElement value) =>
        json.WriteRawValue(value.GetRawText().Replace('\r', ' ').Replace('\n', ' '), skipInputValidation: true);

    private static void WriteText(Utf8JsonWriter json, JsonElement? text)
    {
        json.WriteStartObject("text"u8);
        json.WritePropertyName("format"u8);
        if (text is { } given && given.TryGetProperty("format", out var format) && format.ValueKind == JsonValueKind.Object)
        {
            WriteOneLine(json, format);
        }
        else
        {
            json.WriteRawValue("""{"type":"text"}"""u8);
        }
        json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, ApiError? error)
    {
        if (error is null)
        {
            json.WriteNull("error"u8);
            return;
        }
        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, error.Code ?? ApiError.ServerFault);
        json.WriteString("message"u8, error.Message);
        json.WriteEndObject();
    }

    private static void WriteReason(Utf8JsonWriter json, bool isCut)
    {
        if (!isCut)
        {
            json.WriteNull("incomplete_details"u8);
            return;
        }
        json.WriteStartObject("incomplete_details"u8);
        json.WriteString("reason"u8, "max_output_tokens"u8);
        json.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter json, Usage? usage)
    {
        if (usage is null)
        {
            json.WriteNull("usage"u8);
            return;
        }
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, usage.PromptTokens);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.CachedTokens);

        // Clients demand the number of those that cost extra for being kept, and none does.
        json.WriteNumber("cache_write_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, usage.CompletionTokens);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, usage.TotalTokens);
        Answer.WriteSummary(json, usage);
        json.WriteEndObject();
    }
}
