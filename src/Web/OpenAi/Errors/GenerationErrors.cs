using System.Diagnostics;
using MlxActors.Generation;
using MlxActors.Http.Errors;

namespace MlxActors.Web.OpenAi.Errors;

internal static class GenerationErrors
{
    private const string Messages = "messages";

    /// <summary>What a restart takes, or another server at the same address.</summary>
    private static readonly TimeSpan Restart = TimeSpan.FromSeconds(5);

    /// <summary>What a client is told of a generation that failed.</summary>
    /// <param name="promptField">The request's field that the prompt came in.</param>
    public static ApiError ToApiError(this GenerationError error, string promptField = Messages) => error switch
    {
        GenerationError.ModelNotFound => new(StatusCodes.Status404NotFound, error.Message, "model", "model_not_found"),
        GenerationError.LoadFailed =>
            new(StatusCodes.Status503ServiceUnavailable, error.Message, "model", "model_load_failed", ApiError.ServerFault),
        GenerationError.InvalidPrompt(_, _, var field) => ApiError.BadRequest(error.Message, Rename(field, promptField), "invalid_value"),
        GenerationError.ContextLengthExceeded => ApiError.BadRequest(error.Message, promptField, "context_length_exceeded"),
        GenerationError.TooLargeForMemory => ApiError.BadRequest(error.Message, "max_tokens", "context_length_exceeded"),
        GenerationError.ReaderStalled =>
            new(StatusCodes.Status408RequestTimeout, error.Message, null, "reader_stalled", ApiError.InvalidRequest),
        GenerationError.Overloaded(var after) =>
            new(StatusCodes.Status429TooManyRequests, error.Message, null, "rate_limit_exceeded", ApiError.RateLimit, after),
        GenerationError.EngineFailed =>
            new(StatusCodes.Status500InternalServerError, error.Message, null, "engine_failed", ApiError.ServerFault),
        GenerationError.ShuttingDown =>
            new(StatusCodes.Status503ServiceUnavailable, error.Message, null, "shutting_down", ApiError.ServerFault, Restart),
        _ => throw new UnreachableException(),
    };

    // A place in a conversation says nothing to a client that sent no messages.
    private static string? Rename(string? field, string promptField) =>
        promptField != Messages && field?.StartsWith(Messages, StringComparison.Ordinal) == true ? promptField : field;
}
