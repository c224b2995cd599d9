using Akka.Actor;
using Akka.Dispatch;

namespace Akka.Streams;

/// <summary>Runs graphs.</summary>
public interface IMaterializer
{
    MessageDispatcher ExecutionContext { get; }

    TMat Materialize<TMat>(IGraph<ClosedShape, TMat> runnable);

    ICancelable ScheduleOnce(TimeSpan delay, Action action);

    ICancelable ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action);
}

public sealed class ActorMaterializerSettings
{
    public readonly int InitialInputBufferSize;
    public readonly int MaxInputBufferSize;

    private ActorMaterializerSettings(int initialInputBufferSize, int maxInputBufferSize)
    {
        InitialInputBufferSize = initialInputBufferSize;
        MaxInputBufferSize = maxInputBufferSize;
    }

    public static ActorMaterializerSettings Create(ActorSystem system) => new(4, 16);

    public ActorMaterializerSettings WithInputBuffer(int initialSize, int maxSize) => new(initialSize, maxSize);
}

public static class ActorMaterializerExtensions
{
    /// <summary>The system's one materializer, or for an actor's context one whose streams end with the actor.</summary>
    public static ActorMaterializer Materializer(
        this IActorRefFactory context, ActorMaterializerSettings settings = null, string namePrefix = null) =>
        ActorMaterializer.Create(context, settings, namePrefix);
}
