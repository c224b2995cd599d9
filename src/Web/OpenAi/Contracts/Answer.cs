using System.Diagnostics;
using System.Text.Json;
using MlxActors.Generation;

namespace MlxActors.Web.OpenAi.Contracts;

/// <summary>What every object and chunk of one answer carries.</summary>
/// <param name="Model">As the request named it.</param>
internal sealed record AnswerHead(string Id, DateTimeOffset Created, string Model)
{
    /// <param name="kind">What the id begins with.</param>
    public static AnswerHead For(string kind, GenerationRequest request, TimeProvider clock) =>
        new($"{kind}-{request.Id}", clock.GetUtcNow(), request.Model);
}

/// <summary>The <c>chat.completion</c> object, and what it has in common with the chunks of a stream.</summary>
internal static class Answer
{
    /// <summary>Changes with the build of the server, which is what could change the answers of one model and seed.</summary>
    private static readonly string Fingerprint = $"fp_{typeof(Answer).Module.ModuleVersionId.ToString("n")[..10]}";

    /// <param name="choices">All of them finished.</param>
    public static void WriteWhole(Utf8JsonWriter json, AnswerHead head, IReadOnlyList<WholeChoice> choices)
    {
        WriteHead(json, head, "chat.completion"u8);
        json.WriteStartArray("choices"u8);
        for (var index = 0; index < choices.Count; index++)
        {
            WriteChoice(json, index, choices[index]);
        }
        json.WriteEndArray();
        WriteUsage(json, choices.Select(choice => choice.Finished!.Usage).Aggregate(Add));
        AnswerTimings.Write(json, choices.Select(choice => AnswerTimings.Of(choice.Finished!)).Aggregate(AnswerTimings.Add));
        json.WriteEndObject();
    }

    /// <summary>The counts of two answers to one prompt. What one of them found only because the other had read it is not counted.</summary>
    public static Usage Add(Usage one, Usage other) => one with
    {
        CompletionTokens = one.CompletionTokens + other.CompletionTokens,
        CachedTokens = Math.Min(one.CachedTokens, other.CachedTokens),
    };

    public static void WriteHead(Utf8JsonWriter json, AnswerHead head, ReadOnlySpan<byte> kind)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, head.Id);
        json.WriteString("object"u8, kind);
        json.WriteNumber("created"u8, head.Created.ToUnixTimeSeconds());
        json.WriteString("model"u8, head.Model);
        json.WriteString("system_fingerprint"u8, Fingerprint);
    }

    /// <summary>A call without the braces around it.</summary>
    public static void WriteCall(Utf8JsonWriter json, GenerationEvent.ToolCall call, string arguments)
    {
        json.WriteString("id"u8, call.Id);
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, call.Name);
        json.WriteString("arguments"u8, arguments);
        json.WriteEndObject();
    }

    public static void WriteUsage(Utf8JsonWriter json, Usage usage)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, usage.PromptTokens);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.CachedTokens);
        json.WriteEndObject();
        json.WriteNumber("completion_tokens"u8, usage.CompletionTokens);
        json.WriteNumber("total_tokens"u8, usage.TotalTokens);
        WriteSummary(json, usage);
        json.WriteEndObject();
    }

    /// <summary>An extension of the usage, when there was a summary.</summary>
    public static void WriteSummary(Utf8JsonWriter json, Usage usage)
    {
        if (usage.Summary is { } summary)
        {
            json.WriteNumber("summarized_messages"u8, summary.Messages);
            json.WriteNumber("summary_tokens"u8, summary.Tokens);
        }
    }

    public static ReadOnlySpan<byte> NameOf(FinishReason reason) => reason switch
    {
        FinishReason.Stop => "stop"u8,
        FinishReason.Length => "length"u8,
        FinishReason.ToolCalls => "tool_calls"u8,
        _ => throw new UnreachableException(),
    };

    private static void WriteChoice(Utf8JsonWriter json, int index, WholeChoice choice)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, choice.Content);
        json.WriteNull("refusal"u8);
        if (choice.Calls.Count > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (var call in choice.Calls)
            {
                json.WriteStartObject();
                WriteCall(json, call, call.Arguments);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
        LogprobsJson.Write(json, choice.Logprobs);
        json.WriteString("finish_reason"u8, NameOf(choice.Finished!.Reason));
        json.WriteEndObject();
    }
}
