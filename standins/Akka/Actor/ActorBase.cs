using Akka.Actor.Cells;
using Akka.Event;

namespace Akka.Actor;

/// <summary>A behaviour: says whether it handled the message.</summary>
public delegate bool Receive(object message);

public delegate void UntypedReceive(object message);

public abstract class ActorBase
{
    private readonly ActorCell _cell;

    protected ActorBase()
    {
        _cell = ActorCell.Current ?? throw new ActorInitializationException(
            $"You cannot create an instance of {GetType()} explicitly using the constructor (new). "
            + "Use one of the factory methods of ActorOf of a context or a system.");
        _cell.SetBehavior(Receive);
    }

    protected static IActorContext Context => CurrentCell;

    protected static Receive EmptyReceive { get; } = _ => false;

    protected IActorRef Sender => _cell.Sender;

    protected IActorRef Self => _cell.Self;

    private protected static ActorCell CurrentCell => ActorCell.Current
        ?? throw new NotSupportedException("There is no active ActorContext, this is most likely due to use of async operations from within this actor.");

    public virtual void AroundPreStart() => PreStart();

    public virtual void AroundPostStop() => PostStop();

    public virtual void AroundPreRestart(Exception cause, object message) => PreRestart(cause, message);

    public virtual void AroundPostRestart(Exception cause, object message) => PostRestart(cause);

    /// <summary>Called once, when the constructor has returned.</summary>
    internal virtual void Constructed()
    {
    }

    internal bool InvokeReceive(Receive behavior, object message) => AroundReceive(behavior, message);

    internal SupervisorStrategy OwnStrategy() => SupervisorStrategy();

    protected abstract bool Receive(object message);

    protected virtual bool AroundReceive(Receive receive, object message)
    {
        if (receive(message))
            return true;
        Unhandled(message);
        return false;
    }

    protected virtual void Unhandled(object message)
    {
        if (message is Terminated terminated)
            throw new DeathPactException(terminated.ActorRef);
        _cell.System.EventStream.Publish(new UnhandledMessage(message, Sender, Self));
    }

    protected virtual void PreStart()
    {
    }

    protected virtual void PostStop()
    {
    }

    /// <summary>Runs on the failed instance: stops the children, then <see cref="PostStop"/>.</summary>
    protected virtual void PreRestart(Exception reason, object message)
    {
        foreach (var child in _cell.GetChildren())
        {
            _cell.Unwatch(child);
            _cell.Stop(child);
        }

        PostStop();
    }

    /// <summary>Runs on the new instance.</summary>
    protected virtual void PostRestart(Exception reason) => PreStart();

    /// <summary>How this actor treats its children's failures; null means what its Props, or else the default, say.</summary>
    protected virtual SupervisorStrategy SupervisorStrategy() => null;

    protected void Become(Receive receive) => _cell.Become(receive);

    protected void BecomeStacked(Receive receive) => _cell.BecomeStacked(receive);

    protected void UnbecomeStacked() => _cell.UnbecomeStacked();

    protected void SetReceiveTimeout(TimeSpan? timeout) => _cell.SetReceiveTimeout(timeout);
}
