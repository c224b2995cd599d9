using MlxActors.Gateway.Policy;

namespace MlxActors.Gateway.Nodes;

/// <summary>A request's place at a node, until it is disposed.</summary>
internal sealed class NodeClaim(NodeTable table, NodeChoice choice) : IDisposable
{
    public NodeAddress Address => choice.Node.Address;

    public string Name => choice.Node.Name;

    public void Dispose() => table.End(choice.Node.Name, choice.Model);
}
