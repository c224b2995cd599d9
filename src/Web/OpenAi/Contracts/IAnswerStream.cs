using System.Diagnostics;
using MlxActors.Generation;

namespace MlxActors.Web.OpenAi.Contracts;

/// <summary>The answers to one request on their way to the client, event by event. To make one starts the response.</summary>
internal interface IAnswerStream : IDisposable
{
    /// <summary>Writes what an event tells the client; it goes out with the next <see cref="FlushAsync"/>.</summary>
    void Write(int choice, GenerationEvent happened);

    /// <returns>False when the client is gone, or was given up because it took nothing.</returns>
    ValueTask<bool> FlushAsync(CancellationToken cancellationToken);
}

internal static class ProgressText
{
    /// <summary>What a client that waits is told in a comment.</summary>
    public static string Of(GenerationEvent.Progress progress) => progress switch
    {
        GenerationEvent.Queued(var position) => $"queued {position}",
        GenerationEvent.Loading(var fraction) => $"loading {(int)(100 * fraction)}%",
        GenerationEvent.Summarizing(var messages) => $"summarizing {messages} messages",
        GenerationEvent.Prefilling(var done, var total) => $"prefill {done}/{total}",
        _ => throw new UnreachableException(),
    };
}
