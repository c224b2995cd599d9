using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>A scheduler whose time moves only when the test advances it.</summary>
public class TestScheduler : SchedulerBase
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Entry, (DateTimeOffset Due, long Order)> _planned = new();
    private DateTimeOffset _now = DateTimeOffset.UtcNow;
    private readonly DateTimeOffset _start;
    private long _order;

    public TestScheduler(Config schedulerConfig, ILoggingAdapter log)
        : base(schedulerConfig, log) => _start = _now;

    public override TimeSpan MonotonicClock => TimeNow - _start;

    public override TimeSpan HighResMonotonicClock => TimeNow - _start;

    protected override DateTimeOffset TimeNow
    {
        get
        {
            lock (_gate)
                return _now;
        }
    }

    /// <summary>Runs, in order and on this thread, everything that is due within the time.</summary>
    public void Advance(TimeSpan offset) => AdvanceTo(TimeNow + offset);

    public void AdvanceTo(DateTimeOffset when)
    {
        while (TakeDue(when) is { } entry)
        {
            if (entry.Cancelable?.IsCancellationRequested == true)
                continue;
            entry.Action();
            if (entry.Interval is { } interval)
                Add(entry, entry.Due + interval);
        }

        lock (_gate)
            _now = when;
    }

    internal override void Schedule(TimeSpan delay, TimeSpan? interval, Action action, ICancelable cancelable) =>
        Add(new Entry(default, interval, action, cancelable), TimeNow + delay);

    private void Add(Entry entry, DateTimeOffset due)
    {
        lock (_gate)
            _planned.Enqueue(entry with { Due = due }, (due, _order++));
    }

    private Entry TakeDue(DateTimeOffset until)
    {
        lock (_gate)
        {
            if (!_planned.TryPeek(out var next, out _) || next.Due > until)
                return null;
            _planned.Dequeue();
            if (next.Due > _now)
                _now = next.Due;
            return next;
        }
    }

    private sealed record Entry(DateTimeOffset Due, TimeSpan? Interval, Action Action, ICancelable Cancelable);
}
