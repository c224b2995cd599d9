using System.Collections.Immutable;
using MlxActors.Gateway.Hosting;
using MlxActors.Gateway.Nodes;
using MlxActors.Gateway.Policy;
using MlxActors.Gateway.Tests.Policy;

namespace MlxActors.Gateway.Tests.Nodes;

/// <summary>The table: who is in it, who goes out for a while, who leaves.</summary>
public sealed class NodeTableTests : IDisposable
{
    private readonly GatewayMetrics _metrics = new();
    private readonly SetClock _clock = new();
    private readonly NodeTable _table;

    public NodeTableTests() => _table = Some.Table(_metrics, _clock);

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public void SlowNode_GetsNothing_UntilItsTimeIsOver()
    {
        Add("slow", "usual", "other");

        for (var answer = 0; answer < NodeState.WaitsKept; answer++)
        {
            _table.Waited("http://slow", TimeSpan.FromSeconds(20));
            _table.Waited("http://usual", TimeSpan.FromSeconds(1));
            _table.Waited("http://other", TimeSpan.FromSeconds(2));
        }
        Assert.False(_table.Find("http://slow")!.TakesRequests);
        Assert.True(_table.Find("http://usual")!.TakesRequests);

        Answer("slow", times: 5);
        Assert.False(_table.Find("http://slow")!.TakesRequests);
        _clock.Now += Some.Health.Slowness.OutFor;
        Answer("slow", times: Some.Health.LetInAfter);
        Assert.True(_table.Find("http://slow")!.TakesRequests);
        Assert.Empty(_table.Find("http://slow")!.Waits);
    }

    [Fact]
    public void NodeThatLeaves_IsGoneWhenItsLastRequestIs()
    {
        Add("one");
        var claim = _table.Claim(RequestFacts.Any, ImmutableHashSet<string>.Empty)!;

        Assert.NotNull(_table.Remove("http://one"));
        Assert.Null(_table.Claim(RequestFacts.Any, ImmutableHashSet<string>.Empty));
        Assert.True(_table.Find("http://one")!.IsLeaving);
        claim.Dispose();

        Assert.Null(_table.Find("http://one"));
        Assert.Null(_table.Remove("http://one"));
    }

    [Fact]
    public void NodeThatLeft_AndComesBackBeforeItIsGone_Stays()
    {
        Add("one");
        using var claim = _table.Claim(RequestFacts.Any, ImmutableHashSet<string>.Empty);
        _table.Remove("http://one");

        Assert.True(_table.Add(new NodeAddress("http://one"), "api"));
        Assert.False(_table.Add(new NodeAddress("http://one"), "api"));
        Assert.True(_table.Find("http://one")!.TakesRequests);
    }

    [Fact]
    public void Sync_TakesOutOnlyWhatCameFromThere()
    {
        Add("static");
        _table.Sync("dns:a", [new NodeAddress("http://a1"), new NodeAddress("http://a2")]);
        _table.Sync("dns:b", [new NodeAddress("http://b1")]);

        _table.Sync("dns:a", [new NodeAddress("http://a2"), new NodeAddress("http://a3")]);

        Assert.Equal(["http://a2", "http://a3", "http://b1", "http://static"], _table.Nodes.Select(node => node.Name));
    }

    [Fact]
    public void ManyClaimsAtOnce_AreAllCounted()
    {
        Add("one", "two");
        var claims = new NodeClaim?[1000];

        Parallel.For(0, claims.Length, number => claims[number] = _table.Claim(
            RequestFacts.Any with { Conversation = (ulong)number }, ImmutableHashSet<string>.Empty));
        Assert.Equal(claims.Length, _table.Nodes.Sum(node => node.Own));

        Parallel.ForEach(claims, claim => claim!.Dispose());
        Assert.Equal(0, _table.Nodes.Sum(node => node.Own));
    }

    private void Add(params string[] names)
    {
        foreach (var name in names)
        {
            _table.Add(new NodeAddress($"http://{name}"), "settings");
            Answer(name, times: 1);
        }
    }

    private void Answer(string name, int times)
    {
        for (var answer = 0; answer < times; answer++)
        {
            _table.Answered($"http://{name}", Some.Node(name, "a").Report!);
        }
    }
}
