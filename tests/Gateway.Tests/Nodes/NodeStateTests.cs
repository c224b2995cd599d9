using MlxActors.Gateway.Nodes;
using MlxActors.Gateway.Policy;
using MlxActors.Gateway.Tests.Policy;

namespace MlxActors.Gateway.Tests.Nodes;

/// <summary>What requests and reports make of what is known of a node.</summary>
public sealed class NodeStateTests
{
    [Fact]
    public void OwnRequests_AreNotCountedTwice_OnceTheNodeReportsThem()
    {
        var node = Some.Node("one", "a").Begun("a").Begun("a");
        Assert.Equal(2, node.Load);

        // Two are the gateway's, three are of others.
        var told = node.Told(node.Report! with { Running = 4, Waiting = 1 }, DateTimeOffset.UnixEpoch);
        Assert.Equal(5, told.Load);
        Assert.Equal(6, told.Begun("a").Load);
        Assert.Equal(3, told.Ended("a").Ended("a").Load);
    }

    [Fact]
    public void Queue_IsWhatIsBeyondTheBatch_OrWhatTheNodeSaysWaits()
    {
        Assert.Equal(0, Some.Node("one", "a", load: Some.Batch).Queue);
        Assert.Equal(3, Some.Node("one", "a", load: Some.Batch + 3).Queue);
        Assert.Equal(1, Some.Node("one", "a").Told(Some.Node("one", "a").Report! with { Running = 1, Waiting = 1 }, DateTimeOffset.UnixEpoch).Queue);
    }

    [Fact]
    public void ModelThatWasAskedFor_CountsAsThere_WhileTheRequestIs()
    {
        var asked = Some.Node("one", "a").Begun("b");
        Assert.Equal("b", asked.Holds);
        Assert.Equal("b", asked.Told(asked.Report! with { Model = "a", State = "draining" }, DateTimeOffset.UnixEpoch).Holds);
        Assert.Equal("a", asked.Ended("b").Holds);

        var loaded = asked.Told(asked.Report! with { Model = "b", State = "ready" }, DateTimeOffset.UnixEpoch).Ended("b");
        Assert.Equal("b", loaded.Holds);
    }

    [Theory]
    [InlineData("ok", "ready", true)]
    [InlineData("loading", "loading", true)]
    [InlineData("swapping", "draining", true)]
    [InlineData("failed", "empty", true)]
    [InlineData("draining", "ready", false)]
    [InlineData("draining", "stopping", false)]
    [InlineData("dead", "dead", false)]
    [InlineData("unresponsive", null, false)]
    public void Node_TakesRequestsUnlessItStopsOrIsStuck(string status, string? state, bool takes)
    {
        var node = Some.Node("one", "a");

        Assert.Equal(takes, node.Told(node.Report! with { Status = status, State = state }, DateTimeOffset.UnixEpoch).TakesRequests);
    }

    [Theory]
    [InlineData(100, 100, false)]
    [InlineData(4000, 100, true)]
    [InlineData(900, 100, false)]
    [InlineData(4000, 1000, false)]
    public void Node_IsSlow_WhenItIsFarBehindTheOthersAndBeyondTheFloor(int own, int others, bool isSlow)
    {
        NodeState[] beside = [Waited("two", others, 8), Waited("three", others, 8), Waited("new", 1, 2)];

        Assert.Equal(isSlow, Slowness.IsSlow(Waited("one", own, 8), beside, Some.Health.Slowness));
    }

    [Fact]
    public void Node_IsNotSlow_BeforeEnoughAnswersOrWithoutOthers()
    {
        Assert.False(Slowness.IsSlow(Waited("one", 9000, 7), [Waited("two", 1, 8)], Some.Health.Slowness));
        Assert.False(Slowness.IsSlow(Waited("one", 9000, 8), [], Some.Health.Slowness));
    }

    private static NodeState Waited(string name, int milliseconds, int times) => Enumerable.Range(0, times)
        .Aggregate(Some.Node(name, "a"), (node, _) => node.Waited(TimeSpan.FromMilliseconds(milliseconds)));
}
