using Microsoft.Extensions.AI;

namespace MlxActors.Web.Cli.Chat;

/// <summary>What comes of a question: pieces of an answer, or the one sentence that says why there is none.</summary>
internal abstract record Reply
{
    private Reply()
    {
    }

    public sealed record Piece(string Text) : Reply;

    public sealed record Refused(string Message) : Reply;
}

/// <summary>Whoever answers in a chat.</summary>
internal interface IPartner : IAsyncDisposable
{
    /// <summary>For the first line of a chat.</summary>
    string Name { get; }

    /// <param name="model">Null leaves the choice to the partner.</param>
    /// <exception cref="HttpRequestException">A server cannot be reached.</exception>
    /// <exception cref="IOException">The answer broke off.</exception>
    IAsyncEnumerable<Reply> AskAsync(string? model, IReadOnlyList<ChatMessage> messages, CancellationToken cancellationToken);

    /// <summary>The ids of the models that can be chosen.</summary>
    /// <exception cref="HttpRequestException">A server cannot be reached, or refuses.</exception>
    Task<IReadOnlyList<string>> ModelsAsync(CancellationToken cancellationToken);
}
