using System.Collections.Immutable;
using MlxActors.Gateway.Nodes;

namespace MlxActors.Gateway.Policy;

/// <summary>What can be set of the choice of a node; <c>hocon/gateway.conf</c> says more of each.</summary>
/// <param name="MaxQueue">More waiting requests, and a conversation goes elsewhere.</param>
/// <param name="MinShare">By a model's id or alias: the share of the nodes that should hold it; 0 to 1.</param>
internal sealed record PolicySettings(int MaxQueue, ImmutableDictionary<string, double> MinShare)
{
    // 0.34 of three nodes is meant as one of them, not two.
    private const double Slack = 0.1;

    /// <summary>How many of the nodes should hold the model: at least one.</summary>
    public int NodesFor(NodeModel model, int nodes) =>
        Math.Clamp((int)Math.Ceiling((ShareOf(model) * nodes) - Slack), 1, Math.Max(1, nodes));

    private double ShareOf(NodeModel model) =>
        model.Aliases.Prepend(model.Id).Select(name => MinShare.GetValueOrDefault(name)).Max();
}
