using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Generation;

namespace MlxActors.Web.OpenAi.Contracts;

/// <summary>The <c>text_completion</c> object, whole and as the chunks of a stream, which have the same form.</summary>
internal static class CompletionJson
{
    /// <param name="openings">The text before each answer.</param>
    /// <param name="perPrompt">How many of the answers, in order, are to one prompt.</param>
    public static void WriteWhole(
        Utf8JsonWriter json, AnswerHead head, IReadOnlyList<WholeChoice> choices, IReadOnlyList<string> openings, int perPrompt)
    {
        WriteStart(json, head);
        for (var index = 0; index < choices.Count; index++)
        {
            var choice = choices[index];
            WriteChoice(json, index, openings[index] + choice.Content, choice.Logprobs, 0, choice.Finished!.Reason);
        }
        json.WriteEndArray();
        Answer.WriteUsage(json, Total(choices.Select(choice => choice.Finished!.Usage), perPrompt));
        AnswerTimings.Write(json, choices.Select(choice => AnswerTimings.Of(choice.Finished!)).Aggregate(AnswerTimings.Add));
        json.WriteEndObject();
    }

    /// <summary>The counts of all answers; each prompt is counted once.</summary>
    public static Usage Total(IEnumerable<Usage> answers, int perPrompt) =>
        answers.Chunk(perPrompt).Select(toOnePrompt => toOnePrompt.Aggregate(Answer.Add)).Aggregate(Sum);

    /// <summary>Up to and into the array of choices.</summary>
    public static void WriteStart(Utf8JsonWriter json, AnswerHead head)
    {
        Answer.WriteHead(json, head, "text_completion"u8);
        json.WriteStartArray("choices"u8);
    }

    /// <param name="offset">See <see cref="CompletionLogprobs.Write"/>.</param>
    /// <param name="reason">Null while the answer goes on.</param>
    public static void WriteChoice(
        Utf8JsonWriter json, int index, string text, ImmutableArray<TokenLogprob>? logprobs, int offset, FinishReason? reason)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        json.WriteNumber("index"u8, index);
        CompletionLogprobs.Write(json, logprobs, offset);
        if (reason is { } end)
        {
            json.WriteString("finish_reason"u8, Answer.NameOf(end));
        }
        else
        {
            json.WriteNull("finish_reason"u8);
        }
        json.WriteEndObject();
    }

    private static Usage Sum(Usage one, Usage other) =>
        new(one.PromptTokens + other.PromptTokens, one.CompletionTokens + other.CompletionTokens)
        {
            CachedTokens = one.CachedTokens + other.CachedTokens,
        };
}
