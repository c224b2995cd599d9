namespace Akka.Actor;

public abstract class AkkaException : Exception
{
    protected AkkaException()
    {
    }

    protected AkkaException(string message, Exception cause = null)
        : base(message, cause)
    {
    }

    protected Exception Cause => InnerException;
}

public class InvalidActorNameException(string message) : AkkaException(message);

public class IllegalActorStateException(string message) : AkkaException(message);

public class ActorNotFoundException(string message, Exception innerException = null) : AkkaException(message, innerException);

public class AskTimeoutException(string message) : AkkaException(message);

public class ActorKilledException(string message) : AkkaException(message);

public class InvalidMessageException(string message) : AkkaException(message);

public class SchedulerException(string message) : AkkaException(message);

/// <summary>Thrown in an actor that leaves a <see cref="Terminated"/> of an actor it watches unhandled.</summary>
public class DeathPactException(IActorRef deadActor) : AkkaException($"Monitored actor [{deadActor}] terminated")
{
    public IActorRef DeadActor { get; } = deadActor;
}

/// <summary>An actor's constructor or start failed; the default decision is to stop it.</summary>
public class ActorInitializationException : AkkaException
{
    public ActorInitializationException(string message)
        : base(message)
    {
    }

    public ActorInitializationException(string message, Exception cause)
        : base(message, cause)
    {
    }

    public ActorInitializationException(IActorRef actor, string message, Exception cause = null)
        : base(message, cause) => Actor = actor;

    public IActorRef Actor { get; set; }
}

public class PreRestartException(IActorRef actor, Exception restartException, Exception cause, object optionalMessage)
    : ActorInitializationException(
        actor,
        $"Exception in PreRestart(exception = {cause?.GetType()}, message = {optionalMessage?.GetType()})",
        restartException)
{
    public Exception RestartException { get; } = restartException;

    public object OptionalMessage { get; } = optionalMessage;
}

public class PostRestartException(IActorRef actor, Exception cause, Exception originalCause)
    : ActorInitializationException(actor, $"Exception post restart ({originalCause?.GetType()})", cause)
{
    public Exception OriginalCause { get; } = originalCause;
}
