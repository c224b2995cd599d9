using MlxActors.Gateway.Nodes;

namespace MlxActors.Gateway.Forwarding;

/// <summary>
/// Notices that a node is gone which closes no connection: frozen, or behind a network that swallows everything. It is lost to a request when
/// nothing came of the answer for a while, and nothing else from the node either: one that computes for long still tells how it is.
/// </summary>
/// <param name="after">How long nothing may come. It is looked at four times as often.</param>
internal sealed class LossWatch(NodeTable table, string node, TimeSpan after, TimeProvider clock) : IAsyncDisposable
{
    private readonly CancellationTokenSource _lost = new();
    private ITimer? _timer;
    private long _heard;

    /// <summary>Cancelled when the node is lost.</summary>
    public CancellationToken Lost => _lost.Token;

    public void Start()
    {
        Heard();
        _timer = clock.CreateTimer(_ => Look(), null, after, after / 4);
    }

    /// <summary>Something of the answer came.</summary>
    public void Heard() => Volatile.Write(ref _heard, clock.GetTimestamp());

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }
        _lost.Dispose();
    }

    /// <summary>What the timer does.</summary>
    internal void Look()
    {
        if (clock.GetElapsedTime(Volatile.Read(ref _heard)) >= after && table.IsSilent(node, after))
        {
            _lost.Cancel();
        }
    }
}
