using System.Collections.Immutable;

namespace MlxActors.Generation.Stopping;

/// <summary>The ends of an answer that its tokens alone decide.</summary>
/// <param name="EndOfSequence">Ids that end the model's turn.</param>
/// <param name="MaxTokens">Most tokens of the answer, by the request or by what the window leaves (<see cref="Budget"/>).</param>
public sealed record TokenLimits(ImmutableHashSet<int> EndOfSequence, int MaxTokens)
{
    /// <summary>Why the answer ends with this token, or null when it goes on.</summary>
    /// <param name="count">Tokens of the answer, this one included.</param>
    public FinishReason? After(int token, int count) =>
        EndOfSequence.Contains(token) ? FinishReason.Stop
        : count >= MaxTokens ? FinishReason.Length
        : null;
}
