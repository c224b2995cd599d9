using Akka.Actor;

namespace Akka.Streams;

/// <summary>The stream was stopped with its materializer before it could end.</summary>
public class AbruptTerminationException(IActorRef actor)
    : Exception($"Processor actor [{actor}] terminated abruptly")
{
    public readonly IActorRef Actor = actor;
}

public sealed class AbruptStageTerminationException : Exception
{
    internal AbruptStageTerminationException(object stage)
        : base($"GraphStage {stage} terminated abruptly, caused by for example materializer or actor system termination.")
    {
    }
}

/// <summary>The other side of the stream has gone.</summary>
public class StreamDetachedException : Exception
{
    public static readonly StreamDetachedException Instance = new();

    public StreamDetachedException()
        : base("Stream is terminated. SourceQueue is detached")
    {
    }

    public StreamDetachedException(string message)
        : base(message)
    {
    }

    public StreamDetachedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

public class BufferOverflowException(string message) : Exception(message);

public class NoSuchElementException(string message) : Exception(message);
