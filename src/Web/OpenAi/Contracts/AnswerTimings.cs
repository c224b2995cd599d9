using System.Text.Json;
using MlxActors.Generation;
using MlxActors.Generation.Speculation;

namespace MlxActors.Web.OpenAi.Contracts;

/// <summary>
/// The <c>timings</c> of an answer, with the names that llama.cpp's server gives them. Of several answers, the sums: each has read its prompt.
/// </summary>
/// <param name="Prompt">Tokens of prompts that were read.</param>
/// <param name="Cached">Those that need not be.</param>
internal sealed record AnswerTimings(
    int Prompt, int Cached, int Predicted, TimeSpan PromptTime, TimeSpan PredictedTime, SpeculationCounts Speculation)
{
    /// <summary>Null when nobody measured.</summary>
    public static AnswerTimings? Of(GenerationEvent.Finished finished) =>
        finished.Timings is { } times ? Of(finished.Usage, times) : null;

    /// <summary>Null when nobody asked.</summary>
    public static AnswerTimings? Of(GenerationEvent.Text text) => text.SoFar is var (usage, times) ? Of(usage, times) : null;

    public static AnswerTimings? Add(AnswerTimings? one, AnswerTimings? other) => (one, other) switch
    {
        (null, _) => other,
        (_, null) => one,
        _ => new AnswerTimings(
            one.Prompt + other.Prompt,
            one.Cached + other.Cached,
            one.Predicted + other.Predicted,
            one.PromptTime + other.PromptTime,
            one.PredictedTime + other.PredictedTime,
            one.Speculation + other.Speculation),
    };

    /// <summary>The field <c>timings</c>; nothing when there are none.</summary>
    public static void Write(Utf8JsonWriter json, AnswerTimings? timings)
    {
        if (timings is null)
        {
            return;
        }
        json.WriteStartObject("timings"u8);
        json.WriteNumber("cache_n"u8, timings.Cached);
        json.WriteNumber("prompt_n"u8, timings.Prompt);
        json.WriteNumber("prompt_ms"u8, timings.PromptTime.TotalMilliseconds);
        json.WriteNumber("prompt_per_token_ms"u8, Ratio(timings.PromptTime.TotalMilliseconds, timings.Prompt));
        json.WriteNumber("prompt_per_second"u8, Ratio(timings.Prompt, timings.PromptTime.TotalSeconds));
        json.WriteNumber("predicted_n"u8, timings.Predicted);
        json.WriteNumber("predicted_ms"u8, timings.PredictedTime.TotalMilliseconds);
        json.WriteNumber("predicted_per_token_ms"u8, Ratio(timings.PredictedTime.TotalMilliseconds, timings.Predicted));
        json.WriteNumber("predicted_per_second"u8, Ratio(timings.Predicted, timings.PredictedTime.TotalSeconds));
        if (timings.Speculation is { DraftTokens: > 0 } guessed)
        {
            json.WriteNumber("draft_n"u8, guessed.DraftTokens);
            json.WriteNumber("draft_n_accepted"u8, guessed.AcceptedTokens);
        }
        json.WriteEndObject();
    }

    private static AnswerTimings Of(Usage usage, Timings times) =>
        new(usage.PromptTokens - usage.CachedTokens, usage.CachedTokens, usage.CompletionTokens, times.Prefill, times.Decode, usage.Speculation);

    // JSON has no infinity.
    private static double Ratio(double one, double other) => other > 0 ? one / other : 0;
}
