using MlxActors.Gateway.Nodes;

namespace MlxActors.Gateway.Forwarding;

/// <summary>
/// Notices that a node is gone which closes no connection: frozen, or behind a network that swallows everything. It is lost to a request when
/// nothing came of the answer for a while, and nothing else from the node either: one that computes for long still tells how it is.
/// </summary>
internal sealed class LossWatch : IAsyncDisposable
{
    /// <summary>What is said of a node that is lost.</summary>
    public const string Why = "nothing came from it any more";

    private readonly NodeTable _table;
    private readonly string _node;
    private readonly TimeSpan _after;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _lost = new();
    private readonly ITimer _timer;
    private long _heard;

    /// <summary>Begins to watch.</summary>
    /// <param name="after">How long nothing may come. It is looked at four times as often.</param>
    public LossWatch(NodeTable table, string node, TimeSpan after, TimeProvider clock)
    {
        (_table, _node, _after, _clock) = (table, node, after, clock);
        Heard();
        _timer = clock.CreateTimer(_ => Look(), null, after, after / 4);
    }

    /// <summary>Cancelled when the node is lost.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Something of the answer came.</summary>
    public void Heard() => Volatile.Write(ref _heard, _clock.GetTimestamp());

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        _lost.Dispose();
    }

    /// <summary>What the timer does.</summary>
    internal void Look()
    {
        if (_clock.GetElapsedTime(Volatile.Read(ref _heard)) >= _after && _table.IsSilent(_node, _after))
        {
            _lost.Cancel();
        }
    }
}
