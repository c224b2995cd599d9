using System.Diagnostics;
using System.Text.Json;
using MlxActors.Generation;

namespace MlxActors.Web.OpenAi.Contracts;

/// <summary>What every object and chunk of one answer carries.</summary>
/// <param name="Model">As the request named it.</param>
internal sealed record AnswerHead(string Id, DateTimeOffset Created, string Model)
{
    public static AnswerHead For(GenerationRequest request, TimeProvider clock) =>
        new($"chatcmpl-{request.Id}", clock.GetUtcNow(), request.Model);
}

/// <summary>The <c>chat.completion</c> object, and the <c>chat.completion.chunk</c>s of a stream.</summary>
internal static class Answer
{
    /// <summary>Changes with the build of the server, which is what could change the answers of one model and seed.</summary>
    private static readonly string Fingerprint = $"fp_{typeof(Answer).Module.ModuleVersionId.ToString("n")[..10]}";

    /// <param name="content">Left out, as null, when it is empty and there are calls instead.</param>
    public static void WriteWhole(
        Utf8JsonWriter json,
        AnswerHead head,
        string content,
        IReadOnlyCollection<GenerationEvent.ToolCall> calls,
        FinishReason reason,
        Usage usage)
    {
        WriteHead(json, head, "chat.completion"u8);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, content.Length == 0 && calls.Count > 0 ? null : content);
        json.WriteNull("refusal"u8);
        if (calls.Count > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (var call in calls)
            {
                json.WriteStartObject();
                WriteCall(json, call, call.Arguments);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, NameOf(reason));
        json.WriteEndObject();
        json.WriteEndArray();
        WriteUsage(json, usage);
        json.WriteEndObject();
    }

    /// <summary>The first chunk: the role, and no text yet.</summary>
    /// <param name="hasContent">Whether text is to come, as far as can be told.</param>
    /// <param name="usageFollows">Whether a usage chunk comes at the end; the others then say that it is not here.</param>
    public static void WriteRole(Utf8JsonWriter json, AnswerHead head, bool hasContent, bool usageFollows)
    {
        StartDelta(json, head);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, hasContent ? "" : null);
        EndDelta(json, null, usageFollows);
    }

    public static void WriteText(Utf8JsonWriter json, AnswerHead head, string text, bool usageFollows)
    {
        StartDelta(json, head);
        json.WriteString("content"u8, text);
        EndDelta(json, null, usageFollows);
    }

    /// <summary>The first chunk of a call: all but its arguments.</summary>
    public static void WriteCallStart(Utf8JsonWriter json, AnswerHead head, GenerationEvent.ToolCall call, bool usageFollows)
    {
        StartCallDelta(json, head, call);
        WriteCall(json, call, "");
        EndCallDelta(json, usageFollows);
    }

    public static void WriteCallArguments(Utf8JsonWriter json, AnswerHead head, GenerationEvent.ToolCall call, bool usageFollows)
    {
        StartCallDelta(json, head, call);
        json.WriteStartObject("function"u8);
        json.WriteString("arguments"u8, call.Arguments);
        json.WriteEndObject();
        EndCallDelta(json, usageFollows);
    }

    public static void WriteFinish(Utf8JsonWriter json, AnswerHead head, FinishReason reason, bool usageFollows)
    {
        StartDelta(json, head);
        EndDelta(json, reason, usageFollows);
    }

    /// <summary>The chunk after the last choice, with no choice in it.</summary>
    public static void WriteUsageChunk(Utf8JsonWriter json, AnswerHead head, Usage usage)
    {
        WriteHead(json, head, "chat.completion.chunk"u8);
        json.WriteStartArray("choices"u8);
        json.WriteEndArray();
        WriteUsage(json, usage);
        json.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter json, GenerationEvent.ToolCall call, string arguments)
    {
        json.WriteString("id"u8, call.Id);
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, call.Name);
        json.WriteString("arguments"u8, arguments);
        json.WriteEndObject();
    }

    private static void StartCallDelta(Utf8JsonWriter json, AnswerHead head, GenerationEvent.ToolCall call)
    {
        StartDelta(json, head);
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, call.Index);
    }

    private static void EndCallDelta(Utf8JsonWriter json, bool usageFollows)
    {
        json.WriteEndObject();
        json.WriteEndArray();
        EndDelta(json, null, usageFollows);
    }

    private static void StartDelta(Utf8JsonWriter json, AnswerHead head)
    {
        WriteHead(json, head, "chat.completion.chunk"u8);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("delta"u8);
    }

    private static void EndDelta(Utf8JsonWriter json, FinishReason? reason, bool usageFollows)
    {
        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        if (reason is { } end)
        {
            json.WriteString("finish_reason"u8, NameOf(end));
        }
        else
        {
            json.WriteNull("finish_reason"u8);
        }
        json.WriteEndObject();
        json.WriteEndArray();
        if (usageFollows)
        {
            json.WriteNull("usage"u8);
        }
        json.WriteEndObject();
    }

    private static void WriteHead(Utf8JsonWriter json, AnswerHead head, ReadOnlySpan<byte> kind)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, head.Id);
        json.WriteString("object"u8, kind);
        json.WriteNumber("created"u8, head.Created.ToUnixTimeSeconds());
        json.WriteString("model"u8, head.Model);
        json.WriteString("system_fingerprint"u8, Fingerprint);
    }

    private static void WriteUsage(Utf8JsonWriter json, Usage usage)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, usage.PromptTokens);
        json.WriteNumber("completion_tokens"u8, usage.CompletionTokens);
        json.WriteNumber("total_tokens"u8, usage.TotalTokens);
        json.WriteEndObject();
    }

    private static ReadOnlySpan<byte> NameOf(FinishReason reason) => reason switch
    {
        FinishReason.Stop => "stop"u8,
        FinishReason.Length => "length"u8,
        FinishReason.ToolCalls => "tool_calls"u8,
        _ => throw new UnreachableException(),
    };
}
