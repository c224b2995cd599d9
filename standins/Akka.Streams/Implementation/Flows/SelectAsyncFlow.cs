namespace Akka.Streams.Implementation.Flows;

/// <summary>Several tasks at a time; results leave in the order of their elements, or as they come.</summary>
internal sealed class SelectAsyncFlow<TIn, TOut>(
    Island island, Outlet<TIn> upstream, int parallelism, bool ordered, Func<TIn, Task<TOut>> mapper)
    : LinearStage<TIn, TOut>(island, upstream)
{
    private readonly LinkedList<Task<TOut>> _running = new();
    private bool _last;

    public override void PreStart() => Upstream.Pull();

    protected override void OnPush(TIn element)
    {
        var task = mapper(element);
        _running.AddLast(task);
        if (task.IsCompleted)
            Advance();
        else
            task.ContinueWith(_ => Call(Advance), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        PullIfRoom();
    }

    protected override void OnPull() => Advance();

    protected override void OnUpstreamComplete()
    {
        _last = true;
        if (_running.Count == 0)
            Complete();
    }

    private void Advance()
    {
        if (_running.FirstOrDefault(x => x.IsFaulted || x.IsCanceled) is { } failed)
        {
            FailStage((Exception)failed.Exception?.InnerException ?? new TaskCanceledException(failed));
            return;
        }

        var done = ordered ? _running.First?.Value : _running.FirstOrDefault(x => x.IsCompleted);
        if (!Demanded || done is not { IsCompleted: true })
            return;
        _running.Remove(done);
        Push(done.Result);
        if (_last && _running.Count == 0)
            Complete();
        else
            PullIfRoom();
    }

    private void PullIfRoom()
    {
        if (_running.Count < parallelism)
            Upstream.Pull();
    }
}
