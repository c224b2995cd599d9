namespace Akka.Actor.Cells;

/// <summary>What a timer sends; an old generation is one that was cancelled or replaced while in the mailbox.</summary>
internal sealed record TimerMessage(object Key, long Generation, TimerScheduler Owner, IActorRef Sender);

internal sealed class TimerScheduler(ActorCell cell) : ITimerScheduler
{
    private readonly Dictionary<object, Timer> _timers = [];
    private long _generation;

    public IReadOnlyCollection<object> ActiveTimers => [.. _timers.Keys];

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval) => Start(key, msg, interval, interval, null);

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender) =>
        Start(key, msg, interval, interval, sender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval) =>
        Start(key, msg, initialDelay, interval, null);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender) =>
        Start(key, msg, initialDelay, interval, sender);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout) => Start(key, msg, timeout, null, null);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender) =>
        Start(key, msg, timeout, null, sender);

    public bool IsTimerActive(object key) => _timers.ContainsKey(key);

    public void Cancel(object key)
    {
        if (_timers.Remove(key, out var timer))
            timer.Task.Cancel();
    }

    public void CancelAll()
    {
        foreach (var timer in _timers.Values)
            timer.Task.Cancel();
        _timers.Clear();
    }

    /// <summary>The message of a timer that is still the current one of its key, else null.</summary>
    public object Take(TimerMessage message)
    {
        if (message.Owner != this || !_timers.TryGetValue(message.Key, out var timer) || timer.Generation != message.Generation)
            return null;
        if (!timer.Repeats)
            _timers.Remove(message.Key);
        return timer.Message;
    }

    private void Start(object key, object message, TimeSpan delay, TimeSpan? interval, IActorRef sender)
    {
        Cancel(key);
        var generation = ++_generation;
        var tick = new TimerMessage(key, generation, this, sender);
        var scheduler = cell.System.Scheduler;
        var task = interval is { } period
            ? scheduler.ScheduleTellRepeatedlyCancelable(delay, period, cell.Self, tick, cell.Self)
            : scheduler.ScheduleTellOnceCancelable(delay, cell.Self, tick, cell.Self);
        _timers[key] = new Timer(message, generation, interval is not null, task);
    }

    private sealed record Timer(object Message, long Generation, bool Repeats, ICancelable Task);
}
