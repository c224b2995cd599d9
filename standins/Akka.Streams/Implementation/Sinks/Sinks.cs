using System.Threading.Channels;
using Akka.Actor;

namespace Akka.Streams.Implementation.Sinks;

/// <summary>Folds the elements; its task has the result.</summary>
internal class FoldSink<TIn, TState, TResult>(
    Island island, Outlet<TIn> upstream, TState zero, Func<TState, TIn, TState> fold, Func<TState, TResult> finish)
    : SinkStage<TIn>(island, upstream)
{
    private TState _state = zero;

    public Task<TResult> Result => Completion.Task;

    protected TaskCompletionSource<TResult> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected override void OnPush(TIn element)
    {
        _state = fold(_state, element);
        Upstream.Pull();
    }

    protected override void OnUpstreamComplete()
    {
        try
        {
            Completion.TrySetResult(finish(_state));
        }
        catch (Exception cause)
        {
            Completion.TrySetException(cause);
        }
    }

    protected override void OnUpstreamFailure(Exception cause) => Completion.TrySetException(cause);
}

/// <summary>Collects everything; the one fold that reports an abrupt end.</summary>
internal sealed class SeqSink<T>(Island island, Outlet<T> upstream)
    : FoldSink<T, System.Collections.Immutable.ImmutableList<T>.Builder, System.Collections.Immutable.IImmutableList<T>>(
        island,
        upstream,
        System.Collections.Immutable.ImmutableList.CreateBuilder<T>(),
        (all, element) =>
        {
            all.Add(element);
            return all;
        },
        all => all.ToImmutable())
{
    protected override void OnAbort() => Completion.TrySetException(new AbruptStageTerminationException(this));
}

/// <summary>The first element, after which upstream is cancelled.</summary>
internal sealed class FirstSink<T>(Island island, Outlet<T> upstream, Func<T> none) : SinkStage<T>(island, upstream)
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Result => _result.Task;

    protected override void OnPush(T element)
    {
        _result.TrySetResult(element);
        CancelUpstream(null);
    }

    protected override void OnUpstreamComplete()
    {
        try
        {
            _result.TrySetResult(none());
        }
        catch (NoSuchElementException empty)
        {
            _result.TrySetException(empty);
        }
    }

    protected override void OnUpstreamFailure(Exception cause) => _result.TrySetException(cause);

    protected override void OnAbort() => _result.TrySetException(new AbruptStageTerminationException(this));
}

internal sealed class CancelledSink<T>(Island island, Outlet<T> upstream) : SinkStage<T>(island, upstream)
{
    public override void PreStart() => CancelUpstream(null);

    protected override void OnPush(T element)
    {
    }

    protected override void OnUpstreamComplete()
    {
    }

    protected override void OnUpstreamFailure(Exception cause)
    {
    }
}

/// <summary>Writes to a channel, as fast as that takes elements.</summary>
internal sealed class WriterSink<T>(Island island, Outlet<T> upstream, ChannelWriter<T> writer, bool isOwner) : SinkStage<T>(island, upstream)
{
    private bool _writing;
    private bool _finished;

    protected override void OnPush(T element)
    {
        var write = writer.WriteAsync(element);
        if (write.IsCompletedSuccessfully)
        {
            Upstream.Pull();
            return;
        }

        _writing = true;
        _ = FinishAsync(write);
    }

    protected override void OnUpstreamComplete() => Finish(null);

    protected override void OnUpstreamFailure(Exception cause) => Finish(cause);

    protected override void OnAbort() => Finish(new AbruptStageTerminationException(this));

    private async Task FinishAsync(ValueTask write)
    {
        try
        {
            await write.ConfigureAwait(false);
            Island.Post(() => Written(null));
        }
        catch (Exception cause)
        {
            Island.Post(() => Written(cause));
        }
    }

    private void Written(Exception cause)
    {
        _writing = false;
        if (_finished)
            Finish(null);
        else if (cause is ChannelClosedException)
            CancelUpstream(null);
        else if (cause is not null)
            Guard(() => throw cause);
        else
            Upstream.Pull();
    }

    private void Finish(Exception cause)
    {
        _finished = true;
        if (isOwner && (!_writing || cause is not null))
            writer.TryComplete(cause);
    }
}

/// <summary>Tells every element to an actor, without regard to its pace.</summary>
internal sealed class ActorRefSink<T>(
    Island island, Outlet<T> upstream, IActorRef target, object onComplete, Func<Exception, object> onFailure)
    : SinkStage<T>(island, upstream)
{
    protected override void OnPush(T element)
    {
        target.Tell(element, ActorRefs.NoSender);
        Upstream.Pull();
    }

    protected override void OnUpstreamComplete() => target.Tell(onComplete, ActorRefs.NoSender);

    protected override void OnUpstreamFailure(Exception cause) => target.Tell(onFailure(cause), ActorRefs.NoSender);
}
