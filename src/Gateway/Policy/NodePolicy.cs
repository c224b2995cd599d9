using System.Collections.Immutable;
using MlxActors.Gateway.Nodes;

namespace MlxActors.Gateway.Policy;

/// <summary>
/// Which node a request goes to, in this order: one that keeps what it refers to; of those that have its model, the conversation's own,
/// where the longest prefix of it is in the KV cache; and when too many wait there, the one where the fewest do. A cold model goes where
/// the swap costs least.
/// </summary>
internal static class NodePolicy
{
    /// <param name="nodes">Those that the request may go to, as far as they take requests.</param>
    /// <returns>Null when none does.</returns>
    public static NodeChoice? Choose(RequestFacts request, IEnumerable<NodeState> nodes, PolicySettings settings)
    {
        var open = nodes.Where(node => node.TakesRequests).ToImmutableArray();
        if (open.FirstOrDefault(node => node.Name == request.Holder) is { } holder)
        {
            return Of(holder, ChoiceReason.Holder);
        }
        var able = open.Where(node => node.Find(request.Model) is not null).ToImmutableArray();

        // A name that no node knows: each says so as well as any other.
        var (candidates, pool) = able.IsEmpty ? (open, open) : (able, Pool(request, able, settings));
        return pool.IsEmpty ? null
            : request.Conversation is not { } conversation ? Of(Shortest(pool, 0), ChoiceReason.Any)
            : pool.MaxBy(node => Rendezvous.Score(conversation, node.Name))! is var home && home.Queue <= settings.MaxQueue
                ? Of(home, ChoiceReason.Conversation)
            : Of(Shortest([.. pool, .. Empty(candidates).Except(pool)], conversation), ChoiceReason.ShortestQueue);

        NodeChoice Of(NodeState node, ChoiceReason reason) =>
            new(node, request.NeedsModel ? node.Find(request.Model)?.Id : null, reason);
    }

    /// <summary>The nodes among which conversations with the model are spread.</summary>
    private static ImmutableArray<NodeState> Pool(RequestFacts request, ImmutableArray<NodeState> able, PolicySettings settings)
    {
        if (!request.NeedsModel)
        {
            return able;
        }
        var warm = able.Where(node => node.Holds == node.Find(request.Model)!.Id).ToImmutableArray();
        var wanted = able.Max(node => settings.NodesFor(node.Find(request.Model)!, able.Length));
        var further = Placement.Order(able.Except(warm), able, request.Model, settings, isUrgent: warm.IsEmpty);
        return [.. warm, .. further.Take(wanted - warm.Length)];
    }

    private static IEnumerable<NodeState> Empty(ImmutableArray<NodeState> nodes) => nodes.Where(node => node.IsEmpty);

    private static NodeState Shortest(IEnumerable<NodeState> nodes, ulong conversation) => nodes
        .OrderBy(node => node.Queue)
        .ThenBy(node => node.Load)
        .ThenByDescending(node => node.Report?.KvFreeBytes ?? long.MaxValue)
        .ThenByDescending(node => Rendezvous.Score(conversation, node.Name))
        .First();
}
