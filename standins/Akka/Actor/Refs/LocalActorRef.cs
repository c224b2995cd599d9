using Akka.Actor.Cells;

namespace Akka.Actor;

/// <summary>The reference of an actor of this process.</summary>
internal sealed class LocalActorRef : ActorRefBase, IInternalActorRef
{
    public LocalActorRef(ActorSystemImpl system, Props props, IInternalActorRef parent, ActorPath path)
    {
        Path = path;
        Parent = parent;
        Cell = new ActorCell(system, this, props, parent);
    }

    public override ActorPath Path { get; }

    public ActorCell Cell { get; }

    public IInternalActorRef Parent { get; }

    public ActorSystemImpl System => Cell.System;

    public bool IsTerminated => Cell.IsTerminated;

    public IActorRef GetChild(string name) => Cell.Child(name);

    public void SendSystemMessage(SystemMessage message) => Cell.Mailbox.PostSystem(message);

    protected override void TellInternal(object message, IActorRef sender) => Cell.Mailbox.Post(new Envelope(message, sender));
}
