using Akka.Actor.Cells;

namespace Akka.Actor;

public interface ICanTell
{
    void Tell(object message, IActorRef sender);
}

public interface IActorRef : ICanTell, IEquatable<IActorRef>, IComparable<IActorRef>, IComparable
{
    ActorPath Path { get; }
}

public interface IActorRefFactory
{
    IActorRef ActorOf(Props props, string name = null);

    ActorSelection ActorSelection(ActorPath actorPath);

    ActorSelection ActorSelection(string actorPath);
}

public static class ActorRefs
{
    public static readonly IActorRef NoSender;

    public static readonly Nobody Nobody = Nobody.Instance;
}

public static class ActorRefImplicitSenderExtensions
{
    /// <summary>Tells with the current actor as sender, or none outside of actors.</summary>
    public static void Tell(this IActorRef receiver, object message) =>
        receiver.Tell(message, ActorCell.Current?.Self ?? ImplicitSender.Value);

    /// <summary>Passes a message on with its original sender.</summary>
    public static void Forward(this IActorRef receiver, object message)
    {
        if (ActorCell.Current is { } cell)
            receiver.Tell(message, cell.Sender);
    }
}

/// <summary>The sender of what code outside of actors tells: a test's own actor.</summary>
internal static class ImplicitSender
{
    private static readonly AsyncLocal<IActorRef> Current = new();

    public static IActorRef Value
    {
        get => Current.Value;
        set => Current.Value = value;
    }
}

public static class ActorRefFactoryExtensions
{
    public static IActorRef ActorOf<TActor>(this IActorRefFactory factory, string name = null)
        where TActor : ActorBase, new() => factory.ActorOf(Props.Create<TActor>(), name);
}
