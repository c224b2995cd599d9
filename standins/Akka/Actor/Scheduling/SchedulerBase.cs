using System.Diagnostics;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.Actor;

/// <summary>All kinds of scheduling, over one: run an action after a delay, and perhaps again and again.</summary>
public abstract class SchedulerBase : IScheduler, IAdvancedScheduler
{
    private static readonly long Started = Stopwatch.GetTimestamp();

    protected SchedulerBase(Config scheduler, ILoggingAdapter log)
    {
        SchedulerConfig = scheduler;
        Log = log;
    }

    public IAdvancedScheduler Advanced => this;

    public DateTimeOffset Now => TimeNow;

    public virtual TimeSpan MonotonicClock => Stopwatch.GetElapsedTime(Started);

    public virtual TimeSpan HighResMonotonicClock => Stopwatch.GetElapsedTime(Started);

    protected Config SchedulerConfig { get; }

    protected ILoggingAdapter Log { get; }

    protected virtual DateTimeOffset TimeNow => DateTimeOffset.UtcNow;

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender) =>
        Plan(delay, null, () => receiver.Tell(message, sender), null);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Plan(delay, null, () => receiver.Tell(message, sender), cancelable);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender) =>
        Plan(initialDelay, interval, () => receiver.Tell(message, sender), null);

    public void ScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Plan(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    public void ScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) => Plan(delay, null, action, cancelable);

    public void ScheduleOnce(TimeSpan delay, Action action) => Plan(delay, null, action, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        Plan(initialDelay, interval, action, cancelable);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) =>
        Plan(initialDelay, interval, action, null);

    public void ScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) => Plan(delay, null, action.Run, cancelable);

    public void ScheduleOnce(TimeSpan delay, IRunnable action) => Plan(delay, null, action.Run, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) =>
        Plan(initialDelay, interval, action.Run, cancelable);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action) =>
        Plan(initialDelay, interval, action.Run, null);

    internal abstract void Schedule(TimeSpan delay, TimeSpan? interval, Action action, ICancelable cancelable);

    private void Plan(TimeSpan delay, TimeSpan? interval, Action action, ICancelable cancelable)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        if (interval is { } period)
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero, nameof(interval));
        Schedule(delay, interval, action, cancelable);
    }
}
