namespace Akka.Actor.Cells;

/// <summary>What cells tell each other; handled before, and apart from, user messages.</summary>
internal abstract record SystemMessage
{
    private SystemMessage()
    {
    }

    public sealed record Create : SystemMessage;

    public sealed record Recreate(Exception Cause) : SystemMessage;

    public sealed record Suspend : SystemMessage;

    public sealed record Resume(Exception Cause) : SystemMessage;

    public sealed record Terminate : SystemMessage;

    public sealed record Failed(IInternalActorRef Child, Exception Cause) : SystemMessage;

    public sealed record Watch(IInternalActorRef Watchee, IInternalActorRef Watcher) : SystemMessage;

    public sealed record Unwatch(IInternalActorRef Watchee, IInternalActorRef Watcher) : SystemMessage;

    public sealed record DeathWatchNotification(IActorRef Actor, bool ExistenceConfirmed) : SystemMessage;

    /// <summary>A continuation of an async handler, and the actor's sender and message when it began.</summary>
    public sealed record RunContinuation(Action Body, Envelope Origin) : SystemMessage;
}
