using Akka.Event;

namespace Akka.Actor;

/// <summary>Messages that the cell itself handles before the actor sees them.</summary>
public interface IAutoReceivedMessage;

public interface IPossiblyHarmful;

/// <summary>Messages that do not restart the receive timeout.</summary>
public interface INotInfluenceReceiveTimeout;

public interface INoSerializationVerificationNeeded;

/// <summary>A message with its sender.</summary>
public readonly struct Envelope(object message, IActorRef sender)
{
    public object Message { get; } = message;

    public IActorRef Sender { get; } = sender;

    public override string ToString() => $"<{Message}> from {Sender}";
}

public sealed class Terminated(IActorRef actorRef, bool existenceConfirmed, bool addressTerminated)
    : IAutoReceivedMessage, IPossiblyHarmful, IDeadLetterSuppression, INoSerializationVerificationNeeded
{
    public IActorRef ActorRef { get; } = actorRef;

    public bool ExistenceConfirmed { get; } = existenceConfirmed;

    public bool AddressTerminated { get; } = addressTerminated;

    public override string ToString() => $"<Terminated>: {ActorRef} - ExistenceConfirmed={ExistenceConfirmed}";
}

/// <summary>Stops the actor after the messages before it.</summary>
public sealed class PoisonPill : IAutoReceivedMessage, IPossiblyHarmful, IDeadLetterSuppression
{
    private PoisonPill()
    {
    }

    public static PoisonPill Instance { get; } = new();

    public override string ToString() => "<PoisonPill>";
}

/// <summary>Makes the actor throw <see cref="ActorKilledException"/>.</summary>
public sealed class Kill : IAutoReceivedMessage
{
    private Kill()
    {
    }

    public static Kill Instance { get; } = new();

    public override string ToString() => "<Kill>";
}

public class ReceiveTimeout : IPossiblyHarmful
{
    private ReceiveTimeout()
    {
    }

    public static ReceiveTimeout Instance { get; } = new();
}

/// <summary>Asks whoever is at a path for its reference; the cell answers with <see cref="ActorIdentity"/>.</summary>
public sealed class Identify(object messageId) : IAutoReceivedMessage, INotInfluenceReceiveTimeout
{
    public object MessageId { get; } = messageId;
}

public sealed class ActorIdentity(object messageId, IActorRef subject)
{
    public object MessageId { get; } = messageId;

    /// <summary>Null when nobody lives there.</summary>
    public IActorRef Subject { get; } = subject;
}

/// <summary>The two outcomes, as messages. An Ask that is answered with a failure throws its cause.</summary>
public abstract class Status
{
    public sealed class Success(object status) : Status
    {
        public readonly object Status = status;

        public override string ToString() => $"Success: {Status}";
    }

    public sealed class Failure(Exception cause, object state) : Status
    {
        public readonly Exception Cause = cause;
        public readonly object State = state;

        public Failure(Exception cause)
            : this(cause, null)
        {
        }

        public override string ToString() => $"Failure: {Cause}";
    }
}

/// <summary>An older form of <see cref="Status.Failure"/>, still understood by Ask.</summary>
public class Failure
{
    public Exception Exception { get; set; }

    public DateTime Timestamp { get; set; }
}
