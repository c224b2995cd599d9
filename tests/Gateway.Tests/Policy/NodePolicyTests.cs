using System.Collections.Immutable;
using MlxActors.Gateway.Nodes;
using MlxActors.Gateway.Policy;

namespace MlxActors.Gateway.Tests.Policy;

/// <summary>Where requests go, by example.</summary>
public sealed class NodePolicyTests
{
    private static readonly PolicySettings Plain = Shares();

    [Theory]
    [InlineData("a", "warm")]
    [InlineData("first", "warm")]
    [InlineData(null, "warm")]
    [InlineData("b", "empty")]
    public void Model_GoesWhereItIs_ElseWhereNothingHasToGo(string? model, string expected) =>
        Assert.Equal(expected, Choose(model, Plain, Some.Node("warm", "a", load: 6), Some.Node("empty"), Some.Node("other", "c")));

    [Fact]
    public void ColdModel_TakesAnIdlePlaceBeforeABusyOne() =>
        Assert.Equal("idle", Choose("b", Plain, Some.Node("busy", "a", load: 1), Some.Node("idle", "a"), Some.Node("full", "a", load: 9)));

    [Fact]
    public void ColdModel_GoesLastWhereALoadFailed()
    {
        var failed = Some.Node("failed");

        Assert.Equal("busy", Choose("b", Plain, Some.Node("busy", "a", load: 9), failed with
        {
            Report = failed.Report! with { Status = "failed", LastLoadError = "a file is broken" },
        }));
    }

    [Fact]
    public void ColdModel_TakesThePlaceOfAModelThatHasMoreThanItsShare() =>
        Assert.Equal("second", Choose("c", Plain, Some.Node("first", "b"), Some.Node("second", "a"), Some.Node("third", "a", load: 1)));

    [Fact]
    public void TwoRequestsForAColdModel_GoToOneNode()
    {
        NodeState[] nodes = [Some.Node("one"), Some.Node("two"), Some.Node("three")];
        var first = NodePolicy.Choose(Request("b", 1), nodes, Plain)!;
        var after = nodes.Select(node => node == first.Node ? node.Begun(first.Model) : node);

        Assert.Equal(first.Node.Name, NodePolicy.Choose(Request("b", 2), after, Plain)!.Node.Name);
    }

    [Fact]
    public void ModelBelowItsShare_IsLoadedOnFurtherNodes_ButTakesNoneThatAnotherNeeds()
    {
        var (half, all) = (Shares(("a", 0.5)), Shares(("a", 1)));

        NodeState[] others = [Some.Node("warm", "a"), Some.Node("b", "b"), Some.Node("c", "c")];
        Assert.Equal(["empty", "warm"], AllChoices("a", half, [.. others, Some.Node("empty")]));
        Assert.Equal(["warm"], AllChoices("a", half, others));
        Assert.Equal(["b1", "b2", "warm"], AllChoices("a", all, Some.Node("warm", "a"), Some.Node("b1", "b"), Some.Node("b2", "b")));
    }

    [Fact]
    public void ThreeNodesAndTwoModels_SettleWithoutFurtherSwaps()
    {
        NodeState[] nodes = [Some.Node("one", "a"), Some.Node("two", "a"), Some.Node("three", "a")];
        var cold = NodePolicy.Choose(Request("b", 7), nodes, Plain)!.Node;
        nodes = [.. nodes.Select(node => node == cold ? Some.Node(node.Name["http://".Length..], "b") : node)];

        foreach (var conversation in Enumerable.Range(0, 100))
        {
            foreach (var model in new[] { "a", "b" })
            {
                Assert.Equal(model, NodePolicy.Choose(Request(model, (ulong)conversation), nodes, Plain)!.Node.Holds);
            }
        }
    }

    [Fact]
    public void FullNode_SendsConversationsToAnEmptyOne() =>
        Assert.Equal("empty", Choose("a", Plain, Some.Node("warm", "a", load: Some.Batch + 3), Some.Node("empty"), Some.Node("idle", "b")));

    [Fact]
    public void Holder_GetsItsRequest_WhateverWaitsThere()
    {
        var request = Request("b", 1) with { Holder = "http://holder" };

        var (holder, warm) = (Some.Node("holder", "a", load: 50), Some.Node("warm", "b"));
        Assert.Equal(holder, NodePolicy.Choose(request, [holder, warm], Plain)!.Node);
        Assert.Equal(warm, NodePolicy.Choose(request, [warm], Plain)!.Node);
    }

    [Fact]
    public void NodeThatIsAboutToSwap_DoesNotCountAsWarm() =>
        Assert.Equal("warm", Choose("a", Plain, Some.Node("swaps", "a", state: "draining"), Some.Node("warm", "a", load: 4)));

    private static string Choose(string? model, PolicySettings settings, params NodeState[] nodes) =>
        Assert.Single(AllChoices(model, settings, nodes));

    /// <summary>The nodes that any of many conversations goes to.</summary>
    private static string[] AllChoices(string? model, PolicySettings settings, params NodeState[] nodes) =>
    [
        .. Enumerable.Range(0, 100)
            .Select(number => NodePolicy.Choose(Request(model, Rendezvous.KeyOf($"{number}")), nodes, settings)!.Node)
            .Select(node => node.Name["http://".Length..])
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];

    private static RequestFacts Request(string? model, ulong conversation) => new(model, conversation, NeedsModel: true);

    private static PolicySettings Shares(params (string Model, double Share)[] shares) =>
        new(MaxQueue: 2, shares.ToImmutableDictionary(share => share.Model, share => share.Share));
}
