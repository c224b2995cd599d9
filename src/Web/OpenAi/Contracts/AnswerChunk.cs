using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Generation;

namespace MlxActors.Web.OpenAi.Contracts;

/// <summary>The <c>chat.completion.chunk</c>s of one stream.</summary>
/// <param name="usageFollows">Whether a usage chunk comes at the end; the others then say that it is not here.</param>
internal sealed class AnswerChunk(AnswerHead head, bool usageFollows)
{
    /// <summary>The first chunk of a choice: the role, and no text yet.</summary>
    /// <param name="hasContent">Whether text is to come, as far as can be told.</param>
    public void WriteRole(Utf8JsonWriter json, int choice, bool hasContent)
    {
        StartDelta(json, choice);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, hasContent ? "" : null);
        EndDelta(json, null, []);
    }

    public void WriteText(Utf8JsonWriter json, int choice, GenerationEvent.Text text)
    {
        StartDelta(json, choice);
        json.WriteString("content"u8, text.Delta);
        EndDelta(json, null, text.Logprobs, AnswerTimings.Of(text));
    }

    /// <summary>The first chunk of a call: all but its arguments.</summary>
    public void WriteCallStart(Utf8JsonWriter json, int choice, GenerationEvent.ToolCall call)
    {
        StartCallDelta(json, choice, call);
        Answer.WriteCall(json, call, "");
        EndCallDelta(json);
    }

    public void WriteCallArguments(Utf8JsonWriter json, int choice, GenerationEvent.ToolCall call)
    {
        StartCallDelta(json, choice, call);
        json.WriteStartObject("function"u8);
        json.WriteString("arguments"u8, call.Arguments);
        json.WriteEndObject();
        EndCallDelta(json);
    }

    /// <param name="timings">Of all answers, when this is the last chunk.</param>
    public void WriteFinish(Utf8JsonWriter json, int choice, GenerationEvent.Finished finished, AnswerTimings? timings)
    {
        StartDelta(json, choice);
        EndDelta(json, finished.Reason, finished.Logprobs, timings);
    }

    /// <summary>The chunk after the last choice, with no choice in it.</summary>
    public void WriteUsage(Utf8JsonWriter json, Usage usage, AnswerTimings? timings)
    {
        Answer.WriteHead(json, head, Kind);
        json.WriteStartArray("choices"u8);
        json.WriteEndArray();
        Answer.WriteUsage(json, usage);
        AnswerTimings.Write(json, timings);
        json.WriteEndObject();
    }

    private static ReadOnlySpan<byte> Kind => "chat.completion.chunk"u8;

    private void StartDelta(Utf8JsonWriter json, int choice)
    {
        Answer.WriteHead(json, head, Kind);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, choice);
        json.WriteStartObject("delta"u8);
    }

    private void EndDelta(Utf8JsonWriter json, FinishReason? reason, ImmutableArray<TokenLogprob> logprobs, AnswerTimings? timings = null)
    {
        json.WriteEndObject();
        LogprobsJson.Write(json, logprobs.IsEmpty ? null : logprobs);
        if (reason is { } end)
        {
            json.WriteString("finish_reason"u8, Answer.NameOf(end));
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
        AnswerTimings.Write(json, timings);
        json.WriteEndObject();
    }

    private void StartCallDelta(Utf8JsonWriter json, int choice, GenerationEvent.ToolCall call)
    {
        StartDelta(json, choice);
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, call.Index);
    }

    private void EndCallDelta(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.WriteEndArray();
        EndDelta(json, null, []);
    }
}
