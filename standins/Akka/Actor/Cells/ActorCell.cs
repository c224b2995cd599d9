using Akka.Dispatch;

namespace Akka.Actor.Cells;

/// <summary>
/// The running half of an actor: its instance, behaviours and current message. Only the thread that runs its mailbox
/// touches it, but for the children, which have a lock.
/// </summary>
internal sealed partial class ActorCell : IUntypedActorContext
{
    [ThreadStatic]
    private static ActorCell _current;

    private readonly Stack<Receive> _behaviors = new();
    private readonly ActorSystemImpl _system;
    private ActorBase _actor;
    private Envelope _envelope;

    public ActorCell(ActorSystemImpl system, LocalActorRef self, Props props, IInternalActorRef parent)
    {
        _system = system;
        Self = self;
        Props = props;
        Parent = parent;
        Dispatcher = system.Dispatchers.ForActor(props, self.Path);
        Mailbox = new Mailbox(this, Dispatcher);
    }

    /// <summary>The cell whose mailbox runs on this thread.</summary>
    public static ActorCell Current => _current;

    public LocalActorRef Self { get; }

    IActorRef IActorContext.Self => Self;

    public Props Props { get; }

    public IInternalActorRef Parent { get; }

    IActorRef IActorContext.Parent => Parent;

    public ActorSystemImpl System => _system;

    ActorSystem IActorContext.System => _system;

    public Mailbox Mailbox { get; }

    public MessageDispatcher Dispatcher { get; }

    public Type ActorType => _actor?.GetType() ?? Props.Type;

    public IActorRef Sender => _envelope.Sender ?? _system.DeadLetters;

    public Envelope CurrentEnvelope => _envelope;

    public bool IsTerminated { get; private set; }

    public ActorSelection ActorSelection(ActorPath actorPath) => _system.ActorSelection(actorPath);

    public ActorSelection ActorSelection(string actorPath) => actorPath.StartsWith('/') || actorPath.Contains("://")
        ? _system.ActorSelection(actorPath)
        : new ActorSelection(Self, actorPath);

    /// <summary>Sets the behaviour at the bottom of the stack: the constructor's.</summary>
    public void SetBehavior(Receive receive)
    {
        _behaviors.Clear();
        _behaviors.Push(receive);
    }

    public void Become(Receive receive)
    {
        if (_behaviors.Count > 1)
            _behaviors.Pop();
        _behaviors.Push(receive);
    }

    public void BecomeStacked(Receive receive) => _behaviors.Push(receive);

    public void Become(UntypedReceive receive) => Become(Handled(receive));

    public void BecomeStacked(UntypedReceive receive) => BecomeStacked(Handled(receive));

    public void UnbecomeStacked()
    {
        if (_behaviors.Count > 1)
            _behaviors.Pop();
    }

    /// <summary>Runs a piece of the actor's code as the actor: with its context, and its failures reported to its parent.</summary>
    public void RunAs(Envelope envelope, Action body)
    {
        var (outerCell, outerEnvelope) = (_current, _envelope);
        (_current, _envelope) = (this, envelope);
        try
        {
            body();
        }
        catch (Exception cause)
        {
            Fail(cause);
        }
        finally
        {
            (_current, _envelope) = (outerCell, outerEnvelope);
        }
    }

    /// <summary>Handles one user message.</summary>
    public void Invoke(Envelope envelope)
    {
        var (outerCell, outerEnvelope) = (_current, _envelope);
        (_current, _envelope) = (this, envelope);
        var restartTimeout = envelope.Message is not INotInfluenceReceiveTimeout;
        if (restartTimeout)
            CancelReceiveTimeout();
        try
        {
            var message = envelope.Message is TimerMessage timer ? TakeTimer(timer) : envelope.Message;
            if (message is IAutoReceivedMessage)
                AutoReceive(message);
            else if (message is not null)
                Deliver(message);
        }
        catch (Exception cause)
        {
            Fail(cause);
        }
        finally
        {
            (_current, _envelope) = (outerCell, outerEnvelope);
            if (restartTimeout)
                StartReceiveTimeout();
        }
    }

    private static Receive Handled(UntypedReceive receive) => message =>
    {
        receive(message);
        return true;
    };

    private void Deliver(object message) => _actor.InvokeReceive(_behaviors.Peek(), message);

    private void AutoReceive(object message)
    {
        switch (message)
        {
            case Terminated terminated:
                DeliverTerminated(terminated);
                break;
            case Kill:
                throw new ActorKilledException("Kill");
            case PoisonPill:
                Stop(Self);
                break;
            case Identify identify:
                Sender.Tell(new ActorIdentity(identify.MessageId, Self), Self);
                break;
            default:
                Deliver(message);
                break;
        }
    }

    private object TakeTimer(TimerMessage timer)
    {
        var taken = _timers?.Take(timer);
        if (timer.Sender is { } sender)
            _envelope = new Envelope(taken, sender);
        return taken;
    }
}
