using System.Collections.Immutable;
using MlxActors.Gateway.Hosting;
using MlxActors.Gateway.Policy;
using MlxActors.Http.Nodes;

namespace MlxActors.Gateway.Nodes;

/// <summary>
/// All nodes. A request is counted in the moment its node is chosen, so that no two requests choose without knowing of each other.
/// Thread-safe.
/// </summary>
internal sealed partial class NodeTable(
    PolicySettings policy, HealthSettings health, GatewayMetrics metrics, TimeProvider clock, ILogger<NodeTable> log)
{
    private readonly Lock _gate = new();

    private ImmutableSortedDictionary<string, NodeState> _nodes =
        ImmutableSortedDictionary.Create<string, NodeState>(StringComparer.Ordinal);

    public IEnumerable<NodeState> Nodes => Volatile.Read(ref _nodes).Values;

    public NodeState? Find(string name) => Volatile.Read(ref _nodes).GetValueOrDefault(name);

    /// <summary>
    /// Whether a node has told nothing of itself for so long, though it is asked all the time; one that leaves is asked no more.
    /// </summary>
    public bool IsSilent(string name, TimeSpan time) =>
        Find(name) is { IsLeaving: false } node && !(clock.GetUtcNow() - node.Heard < time);

    /// <returns>False when it is there already. One that was leaving stays.</returns>
    public bool Add(NodeAddress address, string source)
    {
        lock (_gate)
        {
            if (Find(address.Url) is { } known)
            {
                _nodes = _nodes.SetItem(known.Name, known.IsLeaving ? known with { IsLeaving = false, Source = source } : known);
                return known.IsLeaving;
            }
            _nodes = _nodes.Add(address.Url, NodeState.New(address, source));
        }
        Added(address.Url, source);
        return true;
    }

    /// <summary>Takes a node out: nothing new goes there, and what it has it may finish.</summary>
    /// <returns>Null when there is none of that name.</returns>
    public NodeState? Remove(string name)
    {
        if (Change(name, node => node with { IsLeaving = true }) is not { } leaving)
        {
            return null;
        }
        Removed(name, leaving.Own);
        return leaving;
    }

    /// <summary>Has exactly these nodes come from a source.</summary>
    public void Sync(string source, IReadOnlyCollection<NodeAddress> addresses)
    {
        foreach (var gone in Nodes.Where(node => node.Source == source && !node.IsLeaving && addresses.All(one => one.Url != node.Name)))
        {
            Remove(gone.Name);
        }
        foreach (var address in addresses)
        {
            Add(address, source);
        }
    }

    /// <summary>Chooses a node, and counts the request in until the claim is disposed.</summary>
    /// <param name="except">Names of nodes that it must not go to.</param>
    /// <returns>Null when no node takes it.</returns>
    public NodeClaim? Claim(RequestFacts request, IReadOnlySet<string> except)
    {
        NodeChoice? choice;
        lock (_gate)
        {
            choice = NodePolicy.Choose(request, Nodes.Where(node => !except.Contains(node.Name)), policy);
            if (choice is not null)
            {
                _nodes = _nodes.SetItem(choice.Node.Name, choice.Node.Begun(choice.Model));
            }
        }
        metrics.Chose(choice);
        return choice is null ? null : new NodeClaim(this, choice);
    }

    /// <summary>It answered a question, or sent its report along with an answer.</summary>
    public void Told(string name, NodeReport report) => Change(name, node => node.Told(report, clock.GetUtcNow()));

    /// <summary>It answered a question.</summary>
    public void Answered(string name, NodeReport report) => Judge(name, node => node.Told(report, clock.GetUtcNow()) with
    {
        Health = node.Health.Answered(health, clock.GetUtcNow()),
    });

    public void Has(string name, ImmutableArray<NodeModel> models) => Change(name, node => node with
    {
        Models = models,
        ModelsSeen = clock.GetUtcNow(),
    });

    /// <summary>It did not answer a question.</summary>
    public void Missed(string name, string why) => Judge(name, node => node with { Health = node.Health.Missed(health, why) });

    /// <summary>A request failed at it.</summary>
    public void Broke(string name, string why) => Judge(name, node => node with { Health = node.Health.Broke(why) });

    /// <summary>How long it took until a streamed answer began. One that takes far longer than the others is out for a while.</summary>
    public void Waited(string name, TimeSpan wait) => Judge(name, node =>
    {
        if (!node.TakesRequests)
        {
            // What was sent to it before it went out says nothing of how it is when it is let in again.
            return node;
        }
        var waited = node.Waited(wait);
        var others = Nodes.Where(other => other.Name != name && other.TakesRequests);
        return !Slowness.IsSlow(waited, others, health.Slowness) ? waited : waited with
        {
            Waits = [],
            Health = node.Health.Ejected("its answers begin far later than those of others", clock.GetUtcNow() + health.Slowness.OutFor),
        };
    });

    internal void End(string name, string? model) => Change(name, node => node.Ended(model));

    /// <summary>Says who went out or came in by it.</summary>
    private void Judge(string name, Func<NodeState, NodeState> change)
    {
        var before = Find(name);
        var after = Change(name, change);
        if (before is { Health.IsIn: true } && after is { Health: { IsIn: false, Why: var why } })
        {
            metrics.Ejected(name);
            WentOut(name, why);
        }
        else if (before is { Health.IsIn: false } && after is { Health.IsIn: true })
        {
            CameIn(name);
        }
    }

    /// <returns>What it is now; null when it is not there.</returns>
    private NodeState? Change(string name, Func<NodeState, NodeState> change)
    {
        lock (_gate)
        {
            if (Find(name) is not { } node)
            {
                return null;
            }
            var changed = change(node);
            _nodes = changed is { IsLeaving: true, Own: 0 } ? _nodes.Remove(name) : _nodes.SetItem(name, changed);
            return changed;
        }
    }

    [LoggerMessage(LogLevel.Information, "Node {Node} added ({Source})")]
    private partial void Added(string node, string source);

    [LoggerMessage(LogLevel.Information, "Node {Node} taken out; it finishes {Requests} requests")]
    private partial void Removed(string node, int requests);

    [LoggerMessage(LogLevel.Warning, "Node {Node} gets no requests: {Why}")]
    private partial void WentOut(string node, string? why);

    [LoggerMessage(LogLevel.Information, "Node {Node} is in")]
    private partial void CameIn(string node);
}
