using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using MlxActors.Models;

namespace MlxActors.Web.Cli.Chat;

/// <summary>The engine in this very process.</summary>
/// <param name="engine">Disposed of with this.</param>
internal sealed class EnginePartner(MlxEngine engine, ModelCatalog catalog) : IPartner
{
    private readonly MlxChatClient _client = engine.NewChatClient();

    public string Name => $"{engine.Model}, in this process";

    public async IAsyncEnumerable<Reply> AskAsync(
        string? model, IReadOnlyList<ChatMessage> messages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var updates = _client
            .GetStreamingResponseAsync(messages, new ChatOptions { ModelId = model }, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(updates) is { } reply)
        {
            yield return reply;
        }
    }

    public Task<IReadOnlyList<string>> ModelsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. catalog.List().Select(model => model.Location.Id)]);

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    /// <returns>Null at the end of the answer.</returns>
    private static async Task<Reply?> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates)
    {
        try
        {
            return await updates.MoveNextAsync() ? new Reply.Piece(updates.Current.Text) : null;
        }
        catch (MlxEngineException e)
        {
            return new Reply.Refused(e.Message);
        }
    }
}
