using System.Net;
using MlxActors.Gateway.Nodes;

namespace MlxActors.Gateway.Forwarding;

/// <summary>
/// Which node keeps a stored response. Ids are the nodes' own and say nothing, so they are learned from the answers; of one that is not
/// known, or no longer, the nodes are asked. Thread-safe.
/// </summary>
/// <param name="most">Ids that are remembered; the older half goes first.</param>
internal sealed class ResponseDirectory(int most, NodeTable table, NodeClient client)
{
    /// <summary>For a node to say whether it has a response: it looks into a table in memory.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private Dictionary<string, string> _recent = new(StringComparer.Ordinal);
    private Dictionary<string, string> _older = new(StringComparer.Ordinal);

    public void Learn(string id, string node)
    {
        lock (_gate)
        {
            if (_recent.Count >= Math.Max(1, most / 2))
            {
                (_older, _recent) = (_recent, new Dictionary<string, string>(StringComparer.Ordinal));
            }
            _recent[id] = node;
        }
    }

    /// <returns>The node's name; null when none has it.</returns>
    public async Task<string?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (Recall(id) is { } known)
        {
            return known;
        }
        var answers = await Task.WhenAll(
            table.Nodes.Where(node => node.TakesRequests).Select(node => HasAsync(node.Address, id, cancellationToken)));
        if (answers.OfType<string>().FirstOrDefault() is { } found)
        {
            Learn(id, found);
            return found;
        }
        return null;
    }

    private string? Recall(string id)
    {
        lock (_gate)
        {
            return _recent.GetValueOrDefault(id) ?? _older.GetValueOrDefault(id);
        }
    }

    private async Task<string?> HasAsync(NodeAddress node, string id, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var (status, _) = await client.AskAsync(node, $"/v1/responses/{Uri.EscapeDataString(id)}", patience.Token);
            return status == HttpStatusCode.OK ? node.Url : null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }
}
