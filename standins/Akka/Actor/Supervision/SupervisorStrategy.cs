using Akka.Actor.Cells;
using Akka.Event;

namespace Akka.Actor;

/// <summary>What to do with a child that failed.</summary>
public enum Directive
{
    Resume = 0,
    Restart = 1,
    Escalate = 2,
    Stop = 3,
}

public interface IDecider
{
    Directive Decide(Exception cause);
}

/// <summary>A decider made of a function; null stands for the default decisions.</summary>
internal sealed class LocalOnlyDecider(Func<Exception, Directive> decide) : IDecider
{
    public Directive Decide(Exception cause) => decide(cause);
}

public abstract class SupervisorStrategy
{
    /// <summary>Stop actors that could not start or were killed; restart the rest.</summary>
    public static readonly IDecider DefaultDecider = new LocalOnlyDecider(cause => cause switch
    {
        ActorInitializationException or ActorKilledException or DeathPactException => Directive.Stop,
        _ => Directive.Restart,
    });

    public static readonly SupervisorStrategy DefaultStrategy = new OneForOneStrategy(DefaultDecider);

    public static readonly OneForOneStrategy StoppingStrategy = new(_ => Directive.Stop);

    public abstract IDecider Decider { get; }

    protected bool LoggingEnabled { get; set; } = true;

    /// <summary>Acts on a child's failure; false means that the failure is to be escalated.</summary>
    internal bool Handle(ActorCell parent, ChildStats child, Exception cause)
    {
        var directive = Decider.Decide(cause);
        if (LoggingEnabled)
            Log(parent, child.Ref, cause, directive);
        switch (directive)
        {
            case Directive.Resume:
                child.Ref.SendSystemMessage(new SystemMessage.Resume(cause));
                return true;
            case Directive.Restart:
                Process(parent, child, cause, restart: true);
                return true;
            case Directive.Stop:
                Process(parent, child, cause, restart: false);
                return true;
            default:
                return false;
        }
    }

    private protected abstract void Process(ActorCell parent, ChildStats child, Exception cause, bool restart);

    private static void Log(ActorCell parent, IActorRef child, Exception cause, Directive directive)
    {
        var message = cause is ActorInitializationException { InnerException: { } inner } ? inner.Message : cause.Message;
        LogEvent report = directive switch
        {
            Directive.Resume => new Warning(cause, child.Path.ToString(), parent.ActorType, message),
            Directive.Escalate => null,
            _ => new Error(cause, child.Path.ToString(), parent.ActorType, message),
        };
        if (report is not null)
            parent.System.EventStream.Publish(report);
    }
}
