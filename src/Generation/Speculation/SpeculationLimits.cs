namespace MlxActors.Generation.Speculation;

/// <summary>How far answers are guessed ahead of the model, which then reads guesses and last token in one pass.</summary>
/// <param name="OnlyWhereItPays">By what was measured; otherwise whenever there is something to guess by.</param>
/// <param name="MaxTokens">Tokens of one guess, at most.</param>
/// <param name="ShortestMatch">Tokens that must have stood together before, for what followed them to be a guess.</param>
/// <param name="LongestMatch">A longer match is not looked for.</param>
/// <param name="MaxRows">Tokens that one pass reads for all answers together, at most; guesses take what is left of it.</param>
public sealed record SpeculationLimits(bool OnlyWhereItPays, int MaxTokens, int ShortestMatch, int LongestMatch, int MaxRows);
