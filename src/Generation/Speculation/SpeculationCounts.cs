namespace MlxActors.Generation.Speculation;

/// <param name="Drafts">Guesses that the model was asked about.</param>
/// <param name="DraftTokens">Tokens in them.</param>
/// <param name="AcceptedTokens">Those of them that the answer then went on from.</param>
public readonly record struct SpeculationCounts(long Drafts, long DraftTokens, long AcceptedTokens)
{
    public static SpeculationCounts operator +(SpeculationCounts one, SpeculationCounts other) =>
        new(one.Drafts + other.Drafts, one.DraftTokens + other.DraftTokens, one.AcceptedTokens + other.AcceptedTokens);
}
