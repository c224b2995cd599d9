using System.Collections.Concurrent;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Actor;

/// <summary>The scheduler of real time. (The stand-in keeps the runtime's timers instead of a wheel of its own.)</summary>
public class HashedWheelTimerScheduler(Config scheduler, ILoggingAdapter log) : SchedulerBase(scheduler, log), IDisposable
{
    private readonly ConcurrentDictionary<Entry, bool> _entries = [];
    private volatile bool _stopped;

    public void Dispose()
    {
        _stopped = true;
        foreach (var entry in _entries.Keys)
            entry.Stop();
        GC.SuppressFinalize(this);
    }

    internal override void Schedule(TimeSpan delay, TimeSpan? interval, Action action, ICancelable cancelable)
    {
        if (_stopped)
            throw new SchedulerException("cannot enqueue after timer shutdown");
        if (cancelable?.IsCancellationRequested == true)
            return;
        var entry = new Entry(this, interval, action, cancelable);
        _entries[entry] = true;
        entry.Start(delay);
    }

    private sealed class Entry(HashedWheelTimerScheduler owner, TimeSpan? interval, Action action, ICancelable cancelable)
    {
        private readonly Lock _gate = new();
        private Timer _timer;
        private CancellationTokenRegistration _registration;
        private bool _stopped;

        public void Start(TimeSpan delay)
        {
            lock (_gate)
            {
                _timer = new Timer(static x => ((Entry)x).Fire(), this, Timeout.Infinite, Timeout.Infinite);
                _timer.Change(delay, interval ?? Timeout.InfiniteTimeSpan);
            }

            if (cancelable is not null)
                _registration = cancelable.Token.UnsafeRegister(static x => ((Entry)x).Stop(), this);
        }

        public void Stop()
        {
            lock (_gate)
            {
                if (_stopped)
                    return;
                _stopped = true;
                _timer?.Dispose();
            }

            owner._entries.TryRemove(this, out _);
        }

        private void Fire()
        {
            if (_stopped || cancelable?.IsCancellationRequested == true)
                return;
            if (interval is null)
            {
                Stop();
                _registration.Unregister();
            }

            try
            {
                action();
            }
            catch (Exception cause)
            {
                owner.Log.Error(cause, "Error while executing scheduled task");
            }
        }
    }
}
