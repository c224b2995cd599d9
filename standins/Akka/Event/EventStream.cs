using Akka.Actor;

namespace Akka.Event;

/// <summary>Publishes by type: a subscriber of a type gets its subtypes too.</summary>
public class LoggingBus
{
    private readonly Lock _gate = new();
    private volatile Subscription[] _subscriptions = [];

    public LogLevel LogLevel { get; private set; }

    public void SetLogLevel(LogLevel logLevel) => LogLevel = logLevel;

    public virtual void Publish(object @event)
    {
        foreach (var subscriber in _subscriptions.Where(x => x.Channel.IsInstanceOfType(@event)).Select(x => x.Subscriber).Distinct())
            subscriber.Tell(@event, ActorRefs.NoSender);
    }

    public virtual bool Subscribe(IActorRef subscriber, Type classifier)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        lock (_gate)
        {
            var added = new Subscription(subscriber, classifier);
            if (_subscriptions.Contains(added))
                return false;
            _subscriptions = [.. _subscriptions, added];
            return true;
        }
    }

    public virtual bool Unsubscribe(IActorRef subscriber) => Remove(x => x.Subscriber.Equals(subscriber));

    public virtual bool Unsubscribe(IActorRef subscriber, Type classifier) =>
        Remove(x => x == new Subscription(subscriber, classifier));

    private bool Remove(Func<Subscription, bool> chosen)
    {
        lock (_gate)
        {
            var kept = _subscriptions.Where(x => !chosen(x)).ToArray();
            var removed = kept.Length < _subscriptions.Length;
            _subscriptions = kept;
            return removed;
        }
    }

    private sealed record Subscription(IActorRef Subscriber, Type Channel);
}

public class EventStream : LoggingBus
{
    public EventStream(bool debug) => Debug = debug;

    internal bool Debug { get; }
}

public static class EventStreamExtensions
{
    public static bool Subscribe<TChannel>(this EventStream eventStream, IActorRef subscriber) =>
        eventStream.Subscribe(subscriber, typeof(TChannel));

    public static bool Unsubscribe<TChannel>(this EventStream eventStream, IActorRef subscriber) =>
        eventStream.Unsubscribe(subscriber, typeof(TChannel));
}
