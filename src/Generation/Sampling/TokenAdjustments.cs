using System.Collections.Immutable;

namespace MlxActors.Generation.Sampling;

/// <summary>What is added to the logit of one token.</summary>
public readonly record struct TokenBias(int Token, float Bias);

/// <summary>What a request changes in the logits of single tokens, before anything is chosen by them.</summary>
/// <param name="Repetition">
/// Divides the logits of tokens that stand in prompt or answer, or multiplies negative ones; 1 changes nothing.
/// </param>
/// <param name="Presence">Taken from the logit of a token that stands in the answer.</param>
/// <param name="Frequency">Taken from it once for each time it stands there.</param>
public sealed record TokenAdjustments(float Repetition, float Presence, float Frequency, ImmutableArray<TokenBias> Biases)
{
    public static TokenAdjustments None { get; } = new(1, 0, 0, []);

    public bool ChangeNothing => !NeedPrompt && !NeedAnswer && Biases.IsEmpty;

    /// <summary>Whether it matters which tokens stand in the prompt.</summary>
    public bool NeedPrompt => Repetition != 1;

    /// <summary>Whether it matters which tokens stand in the answer.</summary>
    public bool NeedAnswer => NeedPrompt || Presence != 0 || Frequency != 0;

    public static TokenAdjustments Of(SamplingOptions options) => new(
        (float)(options.RepetitionPenalty ?? 1),
        (float)(options.PresencePenalty ?? 0),
        (float)(options.FrequencyPenalty ?? 0),
        options.LogitBias);

    /// <summary>
    /// The repetition penalty of transformers, then OpenAI's penalties, then the biases, which therefore hold whatever was said.
    /// </summary>
    public void Apply(Span<float> logits, TokenHistory history)
    {
        if (NeedPrompt)
        {
            foreach (var token in history.All)
            {
                logits[token] = logits[token] < 0 ? logits[token] * Repetition : logits[token] / Repetition;
            }
        }
        foreach (var (token, count) in history.Answer)
        {
            logits[token] -= Presence + (Frequency * count);
        }
        foreach (var (token, bias) in Biases)
        {
            logits[token] += bias;
        }
    }
}
