using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using MlxActors.Gateway.Hosting;
using MlxActors.Gateway.Nodes;
using MlxActors.Gateway.Policy;
using MlxActors.Http.Nodes;

namespace MlxActors.Gateway.Tests.Policy;

/// <summary>Nodes as the policy sees them.</summary>
internal static class Some
{
    public const int Batch = 4;

    private static readonly ImmutableArray<NodeModel> Models =
        NodeModel.ParseList("""{"data":[{"id":"a","aliases":["first"],"default":true},{"id":"b"},{"id":"c"}]}"""u8.ToArray())!.Value;

    /// <summary>A node that is in, and knows the models a, b and c.</summary>
    public static NodeState Node(string name, string? model = null, int load = 0, string state = "ready") =>
        NodeState.New(new NodeAddress($"http://{name}"), "settings") with
        {
            Health = NodeHealth.New.Answered(Health, DateTimeOffset.UnixEpoch),
            Models = Models,
            Report = new NodeReport(
                "ok", model is null ? "empty" : state, model, Math.Min(load, Batch), Math.Max(0, load - Batch), Batch, null, null),
        };

    public static HealthSettings Health { get; } = new(
        TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(1),
        EjectAfter: 2,
        LetInAfter: 2,
        LostAfter: TimeSpan.FromSeconds(60),
        TimeSpan.FromSeconds(1),
        new SlownessSettings(5, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30)));

    /// <summary>An empty table.</summary>
    public static NodeTable Table(GatewayMetrics metrics, TimeProvider clock) => new(
        new PolicySettings(2, ImmutableDictionary<string, double>.Empty), Health, metrics, clock, NullLogger<NodeTable>.Instance);

    /// <summary>One to eight nodes in any state, some of them out.</summary>
    public static Arbitrary<NodeState[]> Nodes => Gen.Choose(1, 8).SelectMany(count => Any.ListOf(count))
        .Select(nodes => nodes.Select((node, index) => node with { Address = new NodeAddress($"http://node{index}") }).ToArray())
        .ToArbitrary();

    private static Gen<NodeState> Any =>
        from model in Gen.Elements(null, "a", "b", "c")
        from load in Gen.Choose(0, 12)
        from state in Gen.Elements("ready", "loading", "draining", "stopping")
        from isIn in Gen.Frequency((5, Gen.Constant(true)), (1, Gen.Constant(false)))
        from own in Gen.Choose(0, 3)
        from ownModel in Gen.Elements("a", "b")
        let node = Node("x", model, load, state)
        select Enumerable.Range(0, own).Aggregate(isIn ? node : node with { Health = NodeHealth.New }, (begun, _) => begun.Begun(ownModel));
}
