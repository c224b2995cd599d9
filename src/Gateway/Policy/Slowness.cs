using System.Collections.Immutable;
using MlxActors.Gateway.Nodes;

namespace MlxActors.Gateway.Policy;

/// <summary>Whether a node answers, but far more slowly than the others.</summary>
internal static class Slowness
{
    /// <summary>Fewer answers say nothing.</summary>
    private const int Least = NodeState.WaitsKept / 2;

    /// <param name="others">Those that take requests beside it; without any, it is the best there is.</param>
    public static bool IsSlow(NodeState node, IEnumerable<NodeState> others, SlownessSettings settings)
    {
        var usual = others.Where(other => other.Waits.Length >= Least).Select(other => Median(other.Waits)).ToImmutableArray();
        return node.Waits.Length >= Least && !usual.IsEmpty
            && Median(node.Waits) is var own
            && own > settings.Floor
            && own > Median(usual) * settings.Factor;
    }

    private static TimeSpan Median(ImmutableArray<TimeSpan> times) => times.Sort()[times.Length / 2];
}
