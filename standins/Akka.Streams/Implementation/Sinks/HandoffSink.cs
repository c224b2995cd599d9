using System.Threading.Channels;

namespace Akka.Streams.Implementation.Sinks;

/// <summary>
/// A bounded buffer between a stream and a reader outside of it. The channel itself has no bound: the sink pulls only
/// while the reader is less than <paramref name="capacity"/> elements behind.
/// </summary>
internal sealed class HandoffSink<T>(Island island, Outlet<T> upstream, int capacity) : SinkStage<T>(island, upstream)
{
    private readonly Channel<T> _channel = Channel.CreateUnbounded<T>(new UnboundedChannelOptions { SingleReader = true });
    private int _buffered;

    public ChannelReader<T> Reader => _channel.Reader;

    /// <summary>The reader has taken one element.</summary>
    public void Taken()
    {
        if (Interlocked.Decrement(ref _buffered) == capacity - 1)
            Island.Post(Upstream.Pull);
    }

    /// <summary>The reader needs no more.</summary>
    public void Detach(Exception cause) => Island.Post(() => CancelUpstream(cause));

    /// <summary>Detaches, and waits until the stream has heard of it.</summary>
    public Task DetachAsync()
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Detach(null);
        Island.Post(heard.SetResult);
        return heard.Task;
    }

    protected override void OnPush(T element)
    {
        _channel.Writer.TryWrite(element);
        if (Interlocked.Increment(ref _buffered) < capacity)
            Upstream.Pull();
    }

    protected override void OnUpstreamComplete() => _channel.Writer.TryComplete();

    protected override void OnUpstreamFailure(Exception cause) => _channel.Writer.TryComplete(cause);
}
