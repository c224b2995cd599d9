namespace Akka.Streams.Implementation.Flows;

/// <summary>A task that tells how the stream ended at this point.</summary>
internal sealed class WatchTerminationFlow<T>(Island island, Outlet<T> upstream) : LinearStage<T, T>(island, upstream)
{
    private readonly TaskCompletionSource<Done> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Done> Termination => _end.Task;

    protected override void OnPush(T element) => Push(element);

    protected override void OnUpstreamComplete()
    {
        _end.TrySetResult(Done.Instance);
        Complete();
    }

    protected override void OnUpstreamFailure(Exception cause)
    {
        _end.TrySetException(cause);
        Fail(cause);
    }

    protected override void OnCancel(Exception cause)
    {
        if (cause is null)
            _end.TrySetResult(Done.Instance);
        else
            _end.TrySetException(cause);
        Upstream.Cancel(cause);
    }

    protected override void OnAbort() => _end.TrySetException(new AbruptStageTerminationException(this));
}

/// <summary>Ends the stream from outside, in both directions.</summary>
internal sealed class KillFlow<T> : LinearStage<T, T>
{
    public KillFlow(Island island, Outlet<T> upstream, Action<KillFlow<T>> register)
        : base(island, upstream) => register(this);

    public void Shutdown() => Call(CompleteStage);

    public void Kill(Exception cause) => Call(() => FailStage(cause));

    protected override void OnPush(T element) => Push(element);
}

/// <summary>One source after another.</summary>
internal sealed class ConcatFlow<T> : LinearStage<T, T>
{
    private readonly Outlet<T> _second;
    private bool _onSecond;

    public ConcatFlow(Island island, Outlet<T> first, Outlet<T> second)
        : base(island, first)
    {
        _second = second;
        second.Connect(new SecondInlet(this));
    }

    protected override void OnPush(T element) => Push(element);

    protected override void OnPull()
    {
        if (_onSecond)
            _second.Pull();
        else
            Upstream.Pull();
    }

    protected override void OnUpstreamComplete()
    {
        _onSecond = true;
        if (SecondEnded)
            Complete();
        else if (Demanded)
            _second.Pull();
    }

    protected override void OnUpstreamFailure(Exception cause)
    {
        _second.Cancel(cause);
        Fail(cause);
    }

    protected override void OnCancel(Exception cause)
    {
        Upstream.Cancel(cause);
        _second.Cancel(cause);
    }

    private bool SecondEnded { get; set; }

    private sealed class SecondInlet(ConcatFlow<T> owner) : IInlet<T>
    {
        public void OnPush(T element) => owner.Guard(() => owner.Push(element));

        public void OnComplete()
        {
            owner.SecondEnded = true;
            if (owner._onSecond)
                owner.Complete();
        }

        public void OnFailure(Exception cause) => owner.FailStage(cause);
    }
}
