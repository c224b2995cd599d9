using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Gateway.Nodes;
using MlxActors.Gateway.Policy;

namespace MlxActors.Gateway.Tests.Policy;

/// <summary>What holds of the choice of a node, whatever the nodes are up to.</summary>
public sealed class NodePolicyProperties
{
    private static readonly PolicySettings Settings = new(MaxQueue: 2, ImmutableDictionary<string, double>.Empty);

    [Property(MaxTest = 1000)]
    public Property Choice_IsANodeThatTakesRequests_AndThereIsOneWheneverANodeDoes() =>
        Prop.ForAll(Some.Nodes, Requests, (nodes, request) => NodePolicy.Choose(request, nodes, Settings) is { } choice
            ? choice.Node.TakesRequests && nodes.Contains(choice.Node)
            : !nodes.Any(node => node.TakesRequests));

    [Property(MaxTest = 1000)]
    public Property Choice_DependsOnNothingButItsArguments_NotEvenTheirOrder() =>
        Prop.ForAll(Some.Nodes, Requests, (nodes, request) =>
            NodePolicy.Choose(request, nodes, Settings)?.Node.Name == NodePolicy.Choose(request, nodes.Reverse(), Settings)?.Node.Name);

    [Property(MaxTest = 1000)]
    public Property ModelThatANodeHolds_TakesNoOthersPlace() =>
        Prop.ForAll(Some.Nodes, Requests, (nodes, request) =>
            !nodes.Any(node => node.TakesRequests && node.Holds == "a")
            || NodePolicy.Choose(Request("a", request.Conversation), nodes, Settings)!.Node is { Holds: "a" } or { IsEmpty: true });

    [Property(MaxTest = 1000)]
    public Property Conversation_StaysWhereItIs_WhileTheQueuesAreWithinTheBound() =>
        Prop.ForAll(Some.Nodes, Requests, (nodes, request) =>
        {
            var warm = nodes.Where(node => node.TakesRequests && node.Holds == "a").Select(node => Calm(node)).ToArray();
            var turns = Enumerable.Range(0, Some.Batch).Select(load =>
                NodePolicy.Choose(Request("first", request.Conversation ?? 1), warm.Select(node => Calm(node, load)), Settings)?.Node.Name);
            return turns.Distinct().Count() == 1;
        });

    [Property(MaxTest = 1000)]
    public Property NodeThatIsLost_MovesOnlyItsOwnConversations() =>
        Prop.ForAll(Some.Nodes, Requests, ArbMap.Default.ArbFor<int>(), (nodes, request, index) =>
        {
            var warm = nodes.Select(node => Calm(Some.Node(node.Name["http://".Length..], "a"))).ToArray();
            var lost = warm[Math.Abs(index % warm.Length)];
            var before = NodePolicy.Choose(Request("a", request.Conversation), warm, Settings)!.Node;
            var after = NodePolicy.Choose(Request("a", request.Conversation), warm.Where(node => node != lost), Settings)?.Node;
            return before == lost || before == after;
        });

    [Property(MaxTest = 1000)]
    public Property QueueBeyondTheBound_SendsTheConversationWhereTheFewestWait() =>
        Prop.ForAll(Some.Nodes, Requests, (nodes, request) =>
        {
            var choice = NodePolicy.Choose(Request("a", request.Conversation), nodes, Settings);
            return choice is null || choice.Reason != ChoiceReason.ShortestQueue
                || nodes.Where(node => node.TakesRequests && node.Holds == "a").All(node => node.Queue >= choice.Node.Queue);
        });

    [Fact]
    public void ManyConversations_AreSpreadEvenly()
    {
        var nodes = Enumerable.Range(0, 5).Select(index => Some.Node($"10.0.0.{index}:1234", "a")).ToArray();

        var counts = Enumerable.Range(0, 10_000)
            .Select(number => NodePolicy.Choose(Request("a", Rendezvous.KeyOf($"conversation {number}")), nodes, Settings)!.Node.Name)
            .CountBy(name => name)
            .Select(count => count.Value)
            .ToArray();

        // 2,000 each; the standard deviation is 40.
        Assert.Equal(5, counts.Length);
        Assert.All(counts, count => Assert.InRange(count, 1800, 2200));
    }

    private static Arbitrary<RequestFacts> Requests => (
        from model in Gen.Elements(null, "a", "first", "b", "c", "unknown")
        from key in ArbMap.Default.GeneratorFor<ulong>()
        from conversation in Gen.Elements<ulong?>(key, key, key, null)
        from needsModel in Gen.Frequency((4, Gen.Constant(true)), (1, Gen.Constant(false)))
        from holder in Gen.Elements(null, null, null, "http://node0", "http://node9")
        select new RequestFacts(model, conversation, needsModel, holder)).ToArbitrary();

    private static RequestFacts Request(string model, ulong? conversation) => new(model, conversation, NeedsModel: true);

    /// <summary>The node with so many answers running, and nothing waiting.</summary>
    private static NodeState Calm(NodeState node, int load = 0) => node with
    {
        Report = node.Report! with { Running = load, Waiting = 0 },
        InFlight = ImmutableDictionary<string, int>.Empty,
        OwnAtReport = 0,
    };
}
