namespace Akka.Streams.Implementation;

/// <summary>One input, one output. As it stands it passes every signal on; stages override what they change.</summary>
internal abstract class LinearStage<TIn, TOut> : Outlet<TOut>, IInlet<TIn>
{
    protected LinearStage(Island island, Outlet<TIn> upstream)
        : base(island)
    {
        Upstream = upstream;
        upstream.Connect(this);
    }

    protected Outlet<TIn> Upstream { get; }

    void IInlet<TIn>.OnPush(TIn element)
    {
        if (Ended)
            return;
        try
        {
            OnPush(element);
        }
        catch (Exception cause)
        {
            FailStage(cause);
        }
    }

    void IInlet<TIn>.OnComplete() => Guard(OnUpstreamComplete);

    void IInlet<TIn>.OnFailure(Exception cause) => Guard(() => OnUpstreamFailure(cause));

    protected abstract void OnPush(TIn element);

    protected override void OnPull() => Upstream.Pull();

    protected override void OnCancel(Exception cause) => Upstream.Cancel(cause);

    protected virtual void OnUpstreamComplete() => Complete();

    protected virtual void OnUpstreamFailure(Exception cause) => Fail(cause);

    /// <summary>Ends the stream here: nothing more from upstream, completion downstream.</summary>
    protected void CompleteStage()
    {
        Upstream.Cancel(null);
        Complete();
    }

    protected override void FailStage(Exception cause)
    {
        Upstream.Cancel(cause);
        Fail(cause);
    }
}

/// <summary>The end of a stream.</summary>
internal abstract class SinkStage<TIn> : Stage, IInlet<TIn>
{
    protected SinkStage(Island island, Outlet<TIn> upstream)
        : base(island)
    {
        Upstream = upstream;
        upstream.Connect(this);
    }

    protected Outlet<TIn> Upstream { get; }

    public override void PreStart() => Upstream.Pull();

    void IInlet<TIn>.OnPush(TIn element)
    {
        if (Ended)
            return;
        try
        {
            OnPush(element);
        }
        catch (Exception cause)
        {
            FailStage(cause);
        }
    }

    void IInlet<TIn>.OnComplete()
    {
        if (Ended)
            return;
        End();
        OnUpstreamComplete();
    }

    void IInlet<TIn>.OnFailure(Exception cause)
    {
        if (Ended)
            return;
        End();
        OnUpstreamFailure(cause);
    }

    protected abstract void OnPush(TIn element);

    protected abstract void OnUpstreamComplete();

    protected abstract void OnUpstreamFailure(Exception cause);

    protected void CancelUpstream(Exception cause)
    {
        if (Ended)
            return;
        End();
        Upstream.Cancel(cause);
    }

    protected override void FailStage(Exception cause)
    {
        CancelUpstream(cause);
        OnUpstreamFailure(cause);
    }

    protected override void End()
    {
        base.End();
        Island.Materializer.Ended(Island);
    }
}
