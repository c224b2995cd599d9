using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Http.Errors;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>
/// A response's fields as those of a chat completion, which has them under other names and one level deeper. So both endpoints read, check
/// and refuse them by the same code.
/// </summary>
internal static class ChatBody
{
    // What this adds to the depth of a body that has been read.
    private static readonly JsonDocumentOptions Deeper = new() { MaxDepth = 256 };

    private const string Logprobs = "message.output_text.logprobs";

    private static readonly ImmutableArray<string> Same =
    [
        "model", "stream", "parallel_tool_calls", "stop", "context",
        .. SamplingDecoder.Names.Except(["logprobs", "top_logprobs"]), .. DescriptiveFields.Names,
    ];

    /// <summary>Names in errors, theirs and ours; the longer ones first.</summary>
    private static readonly ImmutableArray<(string Chat, string Response)> Names =
    [
        ("response_format.json_schema", "text.format"), ("response_format", "text.format"), ("verbosity", "text.verbosity"),
        ("reasoning_effort", "reasoning.effort"), ("max_completion_tokens", "max_output_tokens"), (".allowed_tools.", "."),
        (".function.", "."),
    ];

    /// <summary>The body of a chat completion of one empty message, whose other fields are the response's.</summary>
    public static JsonDocument Of(JsonElement body)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var chat = new Utf8JsonWriter(bytes))
        {
            chat.WriteStartObject();
            chat.WritePropertyName("messages"u8);
            chat.WriteRawValue("""[{"role":"user","content":""}]"""u8);
            foreach (var name in Same)
            {
                Copy(body, name, chat, name, WriteRaw);
            }
            Copy(body, "max_output_tokens", chat, "max_completion_tokens", WriteRaw);
            Copy(body, "tool_choice", chat, "tool_choice", WriteChoice);
            Copy(body, "tools", chat, "tools", WriteFunctions);
            Copy(body, "top_logprobs", chat, "top_logprobs", WriteRaw);
            if (WantsLogprobs(body))
            {
                chat.WriteBoolean("logprobs"u8, true);
            }
            Copy(Part(body, "text"), "format", chat, "response_format", (to, format) => WriteNested(to, format, "json_schema"));
            Copy(Part(body, "text"), "verbosity", chat, "verbosity", WriteRaw);
            Copy(Part(body, "reasoning"), "effort", chat, "reasoning_effort", WriteRaw);
            chat.WriteEndObject();
        }
        return JsonDocument.Parse(bytes.WrittenMemory, Deeper);
    }

    /// <summary>An error of the chat completion's fields as one of the response's.</summary>
    public static ApiError Renamed(ApiError error)
    {
        if (error.Param is not { } param)
        {
            return error;
        }
        var renamed = Names.Aggregate(param, (name, names) => name.Replace(names.Chat, names.Response));
        return error with { Param = renamed, Message = error.Message.Replace(param, renamed) };
    }

    // Asked for by a number of likely tokens, or by the name of what is to be included.
    private static bool WantsLogprobs(JsonElement body) =>
        (body.TryGetProperty("top_logprobs", out var top) && top.ValueKind != JsonValueKind.Null)
        || (body.TryGetProperty("include", out var include) && include.ValueKind == JsonValueKind.Array
            && include.EnumerateArray().Any(name => name.ValueKind == JsonValueKind.String && name.ValueEquals(Logprobs)));

    private static JsonElement Part(JsonElement body, string name) => body.TryGetProperty(name, out var part) ? part : default;

    private static void Copy(JsonElement from, string name, Utf8JsonWriter to, string newName, Action<Utf8JsonWriter, JsonElement> write)
    {
        if (from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value))
        {
            to.WritePropertyName(newName);
            write(to, value);
        }
    }

    private static void WriteFunctions(Utf8JsonWriter to, JsonElement tools)
    {
        if (tools.ValueKind != JsonValueKind.Array)
        {
            WriteRaw(to, tools);
            return;
        }
        to.WriteStartArray();
        foreach (var tool in tools.EnumerateArray())
        {
            WriteFunction(to, tool);
        }
        to.WriteEndArray();
    }

    // Of a choice among some tools, these are functions in their turn.
    private static void WriteChoice(Utf8JsonWriter to, JsonElement choice)
    {
        if (choice.ValueKind != JsonValueKind.Object
            || !choice.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String || !type.ValueEquals("allowed_tools"))
        {
            WriteFunction(to, choice);
            return;
        }
        to.WriteStartObject();
        to.WriteString("type"u8, "allowed_tools"u8);
        to.WriteStartObject("allowed_tools"u8);
        Copy(choice, "mode", to, "mode", WriteRaw);
        Copy(choice, "tools", to, "tools", WriteFunctions);
        to.WriteEndObject();
        to.WriteEndObject();
    }

    private static void WriteFunction(Utf8JsonWriter to, JsonElement value) => WriteNested(to, value, "function");

    // {"type": "function", "name": …} becomes {"type": "function", "function": {"name": …}}; what is of no such type stays as it is.
    private static void WriteNested(Utf8JsonWriter to, JsonElement value, string type)
    {
        if (value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("type", out var given)
            || given.ValueKind != JsonValueKind.String
            || !given.ValueEquals(type))
        {
            WriteRaw(to, value);
            return;
        }
        to.WriteStartObject();
        to.WriteString("type"u8, type);
        to.WriteStartObject(type);
        foreach (var field in value.EnumerateObject().Where(field => !field.NameEquals("type"u8)))
        {
            to.WritePropertyName(field.Name);
            WriteRaw(to, field.Value);
        }
        to.WriteEndObject();
        to.WriteEndObject();
    }

    // As it came: it has been read as JSON already, and half a surrogate pair in it is for the decoders to refuse.
    private static void WriteRaw(Utf8JsonWriter to, JsonElement value) => to.WriteRawValue(value.GetRawText(), skipInputValidation: true);
}
