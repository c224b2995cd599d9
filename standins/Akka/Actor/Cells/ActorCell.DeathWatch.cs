namespace Akka.Actor.Cells;

/// <summary>Who watches whom.</summary>
internal sealed partial class ActorCell
{
    private readonly HashSet<IInternalActorRef> _watchedBy = [];
    private readonly Dictionary<IActorRef, object> _watching = [];
    private readonly HashSet<IActorRef> _terminatedQueue = [];

    public IActorRef Watch(IActorRef subject) => Watch(subject, null);

    public IActorRef WatchWith(IActorRef subject, object message) => Watch(subject, message);

    public IActorRef Unwatch(IActorRef subject)
    {
        if (_watching.Remove(subject))
            ((IInternalActorRef)subject).SendSystemMessage(new SystemMessage.Unwatch((IInternalActorRef)subject, Self));
        _terminatedQueue.Remove(subject);
        return subject;
    }

    private IActorRef Watch(IActorRef subject, object message)
    {
        if (subject.Equals(Self))
            return subject;
        if (_watching.TryGetValue(subject, out var earlier))
        {
            if (!Equals(earlier, message))
            {
                throw new InvalidOperationException(
                    $"Watch({subject}) termination message was not overwritten from [{earlier}] to [{message}]. "
                    + "If this was intended, unwatch first before using watch / watchWith with another message.");
            }

            return subject;
        }

        _watching[subject] = message;
        ((IInternalActorRef)subject).SendSystemMessage(new SystemMessage.Watch((IInternalActorRef)subject, Self));
        return subject;
    }

    private void AddWatcher(SystemMessage.Watch watch)
    {
        if (IsTerminated)
            watch.Watcher.SendSystemMessage(new SystemMessage.DeathWatchNotification(Self, ExistenceConfirmed: true));
        else
            _watchedBy.Add(watch.Watcher);
    }

    private void Notified(SystemMessage.DeathWatchNotification notification)
    {
        var subject = notification.Actor;
        if (_watching.Remove(subject, out var message) && !_terminating)
        {
            if (message is null)
                _terminatedQueue.Add(subject);
            Self.Tell(message ?? new Terminated(subject, notification.ExistenceConfirmed, false), subject);
        }

        RemoveChild(subject);
    }

    /// <summary>The message of an actor that was unwatched meanwhile is dropped.</summary>
    private void DeliverTerminated(Terminated terminated)
    {
        if (_terminatedQueue.Remove(terminated.ActorRef))
            Deliver(terminated);
    }

    private void UnwatchAll()
    {
        foreach (var subject in _watching.Keys)
            ((IInternalActorRef)subject).SendSystemMessage(new SystemMessage.Unwatch((IInternalActorRef)subject, Self));
        _watching.Clear();
    }
}
