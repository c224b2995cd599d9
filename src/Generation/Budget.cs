using MlxActors.Native.Results;

namespace MlxActors.Generation;

/// <summary>Arithmetic of the context window.</summary>
public static class Budget
{
    /// <summary>How many tokens the answer may have: what was asked, or what the window leaves; an error when that does not fit.</summary>
    /// <param name="window">The model's context window.</param>
    /// <param name="asked">Tokens asked for the answer, at least 1; null: as many as fit, up to <paramref name="mostUnasked"/>.</param>
    public static Result<int, GenerationError.ContextLengthExceeded> Reply(int window, int promptTokens, int? asked, int mostUnasked)
    {
        var room = window - promptTokens;
        return (asked ?? 1) > room
            ? new GenerationError.ContextLengthExceeded(window, promptTokens, asked)
            : asked ?? Math.Min(room, mostUnasked);
    }
}
