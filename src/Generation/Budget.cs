using MlxActors.Native.Results;

namespace MlxActors.Generation;

/// <summary>Tokens for an answer whose request sets no limit.</summary>
/// <param name="Least">So many must fit behind the prompt.</param>
/// <param name="Most">More it does not get.</param>
public readonly record struct ReplyRoom(int Least, int Most);

/// <summary>Arithmetic of the context window.</summary>
public static class Budget
{
    /// <summary>How many tokens the answer may have: what was asked, or what the window leaves; an error when that does not fit.</summary>
    /// <param name="window">The model's context window.</param>
    /// <param name="asked">Tokens asked for the answer, at least 1; null: as many as fit, within <paramref name="unasked"/>.</param>
    public static Result<int, GenerationError.ContextLengthExceeded> Reply(int window, int promptTokens, int? asked, ReplyRoom unasked)
    {
        var room = window - promptTokens;
        return (asked ?? unasked.Least) > room
            ? new GenerationError.ContextLengthExceeded(window, promptTokens, asked)
            : asked ?? Math.Min(room, unasked.Most);
    }
}
