using Akka.Actor.Cells;
using Akka.Event;

namespace Akka.Actor;

/// <summary>Publishes what nobody received. Watching it, or any path without an actor, reports the end at once.</summary>
internal sealed class DeadLetterActorRef(ActorSystemImpl system, ActorPath path) : MinimalActorRef
{
    public override ActorPath Path { get; } = path;

    /// <summary>Publishes a message that its recipient will not get.</summary>
    public void Publish(object message, IActorRef sender, IActorRef recipient)
    {
        var from = sender ?? this;
        if (message is Identify identify)
            from.Tell(new ActorIdentity(identify.MessageId, null), this);
        else if (message is AllDeadLetters known)
            system.EventStream.Publish(known);
        else if (message is IDeadLetterSuppression)
            system.EventStream.Publish(new SuppressedDeadLetter(message, from, recipient));
        else
            system.EventStream.Publish(new DeadLetter(message, from, recipient));
    }

    private protected override ActorSystemImpl OwnSystem => system;

    protected override void TellInternal(object message, IActorRef sender) => Publish(message, sender, this);

    private protected override void ReceiveSystem(SystemMessage message)
    {
        if (message is SystemMessage.Watch watch)
            watch.Watcher.SendSystemMessage(new SystemMessage.DeathWatchNotification(watch.Watchee, ExistenceConfirmed: false));
    }
}
