using Akka.Actor.Cells;

namespace Akka.Actor;

/// <summary>What the runtime can do with a reference beyond telling.</summary>
internal interface IInternalActorRef : IActorRef
{
    IInternalActorRef Parent { get; }

    bool IsTerminated { get; }

    /// <summary>Null for references that belong to no system.</summary>
    ActorSystemImpl System { get; }

    IActorRef GetChild(string name);

    void SendSystemMessage(SystemMessage message);
}

public abstract class ActorRefBase : IActorRef
{
    public abstract ActorPath Path { get; }

    public void Tell(object message, IActorRef sender) =>
        TellInternal(message ?? throw new InvalidMessageException("Message is null."), sender);

    public bool Equals(IActorRef other) => other is not null && Path.Uid == other.Path.Uid && Path == other.Path;

    public override bool Equals(object obj) => obj is IActorRef other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Path, Path.Uid);

    public int CompareTo(IActorRef other) => Path.CompareTo(other?.Path);

    public int CompareTo(object obj) => CompareTo(obj as IActorRef);

    public override string ToString() => Path.Uid == 0 ? $"[{Path}]" : $"[{Path}#{Path.Uid}]";

    protected abstract void TellInternal(object message, IActorRef sender);
}

/// <summary>A reference without a mailbox behind it: it answers what it can at once and drops the rest.</summary>
public abstract class MinimalActorRef : ActorRefBase, IInternalActorRef
{
    IInternalActorRef IInternalActorRef.Parent => Nobody.Instance;

    bool IInternalActorRef.IsTerminated => false;

    ActorSystemImpl IInternalActorRef.System => OwnSystem;

    private protected virtual ActorSystemImpl OwnSystem => null;

    IActorRef IInternalActorRef.GetChild(string name) => Nobody.Instance;

    void IInternalActorRef.SendSystemMessage(SystemMessage message) => ReceiveSystem(message);

    protected override void TellInternal(object message, IActorRef sender)
    {
    }

    private protected virtual void ReceiveSystem(SystemMessage message)
    {
    }
}

/// <summary>The reference that stands for no actor; what it is told is lost.</summary>
public sealed class Nobody : MinimalActorRef
{
    private Nobody()
    {
    }

    public static Nobody Instance { get; } = new();

    public override ActorPath Path { get; } = new ActorPath(new Address("akka", "all-systems")) / "Nobody";
}
