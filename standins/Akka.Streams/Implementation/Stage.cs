using Akka.Actor;

namespace Akka.Streams.Implementation;

/// <summary>A part of a running stream. Its methods run on its island.</summary>
internal abstract class Stage
{
    private readonly List<ICancelable> _timers = [];

    protected Stage(Island island)
    {
        Island = island;
        island.Add(this);
    }

    protected Island Island { get; }

    /// <summary>No signal goes out of, or comes into, a stage that has ended.</summary>
    protected bool Ended { get; private set; }

    public virtual void PreStart()
    {
    }

    /// <summary>Runs the stage's own code; what it throws fails the stage.</summary>
    public void Guard(Action body)
    {
        if (Ended)
            return;
        try
        {
            body();
        }
        catch (Exception cause)
        {
            FailStage(cause);
        }
    }

    public void Abort()
    {
        if (Ended)
            return;
        End();
        OnAbort();
    }

    /// <summary>Fails downstream and cancels upstream.</summary>
    protected abstract void FailStage(Exception cause);

    protected virtual void OnAbort()
    {
    }

    protected virtual void End()
    {
        Ended = true;
        foreach (var timer in _timers)
            timer.Cancel();
        _timers.Clear();
    }

    /// <summary>Runs something on the island: for callbacks of tasks, timers and other threads.</summary>
    protected void Call(Action body) => Island.Post(() => Guard(body));

    protected ICancelable After(TimeSpan delay, Action body)
    {
        var timer = Island.Scheduler.Advanced.ScheduleOnceCancelable(delay, () => Call(body));
        _timers.RemoveAll(x => x.IsCancellationRequested);
        _timers.Add(timer);
        return timer;
    }

    protected ICancelable Every(TimeSpan initialDelay, TimeSpan interval, Action body)
    {
        var timer = Island.Scheduler.Advanced.ScheduleRepeatedlyCancelable(initialDelay, interval, () => Call(body));
        _timers.Add(timer);
        return timer;
    }
}

/// <summary>What a stage hears from upstream.</summary>
internal interface IInlet<in T>
{
    void OnPush(T element);

    void OnComplete();

    void OnFailure(Exception cause);
}

/// <summary>A stage with an output: hears pulls and cancellation from downstream, pushes one element for each pull.</summary>
internal abstract class Outlet<T> : Stage
{
    private readonly Action _pull;
    private IInlet<T> _downstream;

    protected Outlet(Island island)
        : base(island) => _pull = () =>
        {
            if (Demanded)
                Guard(OnPull);
        };

    protected bool Demanded { get; private set; }

    public void Connect(IInlet<T> downstream) => _downstream = downstream;

    public void Pull()
    {
        if (Demanded || Ended)
            return;
        Demanded = true;
        Island.Post(_pull);
    }

    /// <summary>Downstream needs no more; the cause is null when that is no failure.</summary>
    public void Cancel(Exception cause)
    {
        if (Ended)
            return;
        End();
        OnCancel(cause);
    }

    protected abstract void OnPull();

    protected virtual void OnCancel(Exception cause)
    {
    }

    protected void Push(T element)
    {
        if (Ended)
            return;
        if (element is null)
            throw new ArgumentNullException(nameof(element), "Element must not be null, rule 2.13");
        Demanded = false;
        _downstream.OnPush(element);
    }

    protected void Complete()
    {
        if (Ended)
            return;
        End();
        _downstream.OnComplete();
    }

    protected void Fail(Exception cause)
    {
        if (Ended)
            return;
        End();
        _downstream.OnFailure(cause);
    }

    protected override void FailStage(Exception cause) => Fail(cause);
}
