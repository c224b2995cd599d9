using System.Collections.Immutable;
using MlxActors.Gateway.Nodes;

namespace MlxActors.Gateway.Policy;

/// <summary>Where a model that is not loaded goes, or not on as many nodes as it should be.</summary>
internal static class Placement
{
    private enum Cost
    {
        /// <summary>Nothing has to go.</summary>
        Empty,

        /// <summary>A model has to go that nobody uses at the moment.</summary>
        Idle,

        /// <summary>Running answers have to be waited for.</summary>
        Busy,

        /// <summary>The last load there failed, and may fail again.</summary>
        Failed,
    }

    /// <summary>The nodes where it may be loaded, the cheapest first.</summary>
    /// <param name="spare">Nodes that do not hold it.</param>
    /// <param name="able">All nodes that could.</param>
    /// <param name="model">As the request names it.</param>
    /// <param name="isUrgent">Whether no node holds it: then another model may lose a node of its share.</param>
    public static IEnumerable<NodeState> Order(
        IEnumerable<NodeState> spare, ImmutableArray<NodeState> able, string? model, PolicySettings settings, bool isUrgent)
    {
        // The same order for all requests of the model, so that the second goes where the first had it loaded.
        var key = Rendezvous.KeyOf(model ?? "");
        return spare
            .Select(node => (Node: node, Cost: CostOf(node), IsNeeded: IsNeeded(node, able, settings)))
            .Where(place => isUrgent || !place.IsNeeded)
            .OrderBy(place => place.Cost)
            .ThenBy(place => place.IsNeeded)
            .ThenBy(place => place.Node.Load)
            .ThenByDescending(place => Rendezvous.Score(key, place.Node.Name))
            .Select(place => place.Node);
    }

    private static Cost CostOf(NodeState node) =>
        node.Report?.LastLoadError is not null ? Cost.Failed
        : node.IsEmpty ? Cost.Empty
        : node.Load == 0 ? Cost.Idle
        : Cost.Busy;

    /// <summary>Whether the model that it holds is on no more nodes than it should be.</summary>
    private static bool IsNeeded(NodeState node, ImmutableArray<NodeState> able, PolicySettings settings) =>
        node.Holds is { } held
        && node.Find(held) is { } model
        && able.Count(other => other.Holds == held) <= settings.NodesFor(model, able.Length);
}
