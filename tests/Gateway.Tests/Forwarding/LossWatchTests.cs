using System.Collections.Immutable;
using MlxActors.Gateway.Forwarding;
using MlxActors.Gateway.Hosting;
using MlxActors.Gateway.Nodes;
using MlxActors.Gateway.Policy;
using MlxActors.Gateway.Tests.Nodes;
using MlxActors.Gateway.Tests.Policy;

namespace MlxActors.Gateway.Tests.Forwarding;

/// <summary>When a node counts as gone under a request.</summary>
public sealed class LossWatchTests : IAsyncDisposable
{
    private const string Node = "http://one";

    private static readonly TimeSpan After = TimeSpan.FromMinutes(1);

    private readonly GatewayMetrics _metrics = new();
    private readonly SetClock _clock = new();
    private readonly NodeTable _table;
    private readonly LossWatch _watch;

    public LossWatchTests()
    {
        _table = Some.Table(_metrics, _clock);
        _table.Add(new NodeAddress(Node), "settings");
        _watch = new LossWatch(_table, Node, After, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync();
        _metrics.Dispose();
    }

    [Fact]
    public void NodeThatTellsNothingAndSendsNothing_IsLost()
    {
        Assert.False(IsLostAfter(After - TimeSpan.FromTicks(1)));
        Assert.True(IsLostAfter(TimeSpan.FromTicks(1)));
    }

    [Fact]
    public void NodeThatComputesForLong_ButTellsHowItIs_IsNot()
    {
        for (var minute = 0; minute < 10; minute++)
        {
            _table.Answered(Node, Some.Node("one", "a").Report!);
            Assert.False(IsLostAfter(After / 2));
            Assert.False(IsLostAfter(After / 2 - TimeSpan.FromTicks(1)));
        }
    }

    [Fact]
    public void NodeThatDoesNotTellHowItIs_ButSendsItsAnswer_IsNot()
    {
        for (var part = 0; part < 10; part++)
        {
            _watch.Heard();
            Assert.False(IsLostAfter(After / 2));
        }
        Assert.True(IsLostAfter(After / 2));
    }

    /// <summary>It is asked nothing any more, so that its silence says nothing.</summary>
    [Fact]
    public void NodeThatLeaves_IsNot()
    {
        using var claim = Claim();
        _table.Remove(Node);

        Assert.False(IsLostAfter(10 * After));
    }

    private NodeClaim Claim()
    {
        _table.Answered(Node, Some.Node("one", "a").Report!);
        return _table.Claim(RequestFacts.Any, ImmutableHashSet<string>.Empty)!;
    }

    private bool IsLostAfter(TimeSpan time)
    {
        _clock.Now += time;
        _watch.Look();
        return _watch.Lost.IsCancellationRequested;
    }
}
