namespace Akka.Streams.Implementation.Flows;

/// <summary>Puts an element in when there is demand, and upstream has been silent for a while.</summary>
internal sealed class KeepAliveFlow<TIn, TOut>(Island island, Outlet<TIn> upstream, TimeSpan timeout, Func<TOut> inject)
    : LinearStage<TIn, TOut>(island, upstream)
    where TIn : TOut
{
    private readonly Queue<TIn> _held = new();
    private TimeSpan _lastEmission;
    private bool _last;

    public override void PreStart()
    {
        Emitted();
        Every(timeout, timeout / 4, Check);
        Upstream.Pull();
    }

    protected override void OnPush(TIn element)
    {
        if (Demanded)
            Emit(element);
        else
            _held.Enqueue(element);
    }

    protected override void OnPull()
    {
        if (_held.TryDequeue(out var held))
            Emit(held);
    }

    protected override void OnUpstreamComplete()
    {
        _last = true;
        if (_held.Count == 0)
            Complete();
    }

    private void Emit(TIn element)
    {
        Emitted();
        Push(element);
        if (_last)
            Complete();
        else
            Upstream.Pull();
    }

    private void Emitted() => _lastEmission = Island.Scheduler.MonotonicClock;

    private void Check()
    {
        if (!Demanded || Island.Scheduler.MonotonicClock - _lastEmission < timeout)
            return;
        Emitted();
        Push(inject());
    }
}

/// <summary>Fails when an element, the first element or the end does not come in time.</summary>
internal sealed class TimeoutFlow<T>(Island island, Outlet<T> upstream, TimeSpan timeout, TimeoutKind kind)
    : LinearStage<T, T>(island, upstream)
{
    private TimeSpan _lastElement;
    private bool _satisfied;

    public override void PreStart()
    {
        _lastElement = Island.Scheduler.MonotonicClock;
        After(timeout, Check);
    }

    protected override void OnPush(T element)
    {
        if (kind == TimeoutKind.Idle)
            _lastElement = Island.Scheduler.MonotonicClock;
        else if (kind == TimeoutKind.Initial)
            _satisfied = true;
        Push(element);
    }

    private void Check()
    {
        if (_satisfied)
            return;
        var left = timeout - (Island.Scheduler.MonotonicClock - _lastElement);
        // A real timer may fire a moment early.
        if (left > TimeSpan.FromMilliseconds(1))
            After(left, Check);
        else
            throw new TimeoutException(Message());
    }

    private string Message() => kind switch
    {
        TimeoutKind.Initial => $"The first element has not yet passed through in {timeout}.",
        TimeoutKind.Completion => $"The stream has not been completed in {timeout}.",
        _ => $"No elements passed in the last {timeout}.",
    };
}

internal enum TimeoutKind
{
    Initial,
    Idle,
    Completion,
}

/// <summary>Groups that are full, or as large as they could get in the time.</summary>
internal sealed class GroupedWithinFlow<T>(Island island, Outlet<T> upstream, int size, TimeSpan period)
    : LinearStage<T, IEnumerable<T>>(island, upstream)
{
    private List<T> _group = [];
    private bool _due;
    private bool _last;

    public override void PreStart()
    {
        Every(period, period, () =>
        {
            _due = true;
            Emit();
        });
        Upstream.Pull();
    }

    protected override void OnPush(T element)
    {
        _group.Add(element);
        _due |= _group.Count == size;
        Emit();
        if (_group.Count < size)
            Upstream.Pull();
    }

    protected override void OnPull() => Emit();

    protected override void OnUpstreamComplete()
    {
        _last = _due = true;
        Emit();
        if (_group.Count == 0)
            Complete();
    }

    private void Emit()
    {
        if (_group.Count == 0)
            _due = false;
        if (!_due || !Demanded)
            return;
        var group = _group;
        (_group, _due) = ([], false);
        Push(group);
        if (_last)
            Complete();
        else
            Upstream.Pull();
    }
}
