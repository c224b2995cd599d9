using Akka.Actor.Cells;

namespace Akka.Actor;

/// <summary>The sender that an Ask gives: the first message it is told becomes the result.</summary>
internal sealed class FutureActorRef<T> : MinimalActorRef
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ActorSystemImpl _system;

    public FutureActorRef(ActorSystemImpl system)
    {
        _system = system;
        Path = system.TempPath();
    }

    public override ActorPath Path { get; }

    public Task<T> Result => _result.Task;

    public void Fail(Exception cause) => _result.TrySetException(cause);

    public void Cancel(CancellationToken cancellationToken) => _result.TrySetCanceled(cancellationToken);

    private protected override ActorSystemImpl OwnSystem => _system;

    protected override void TellInternal(object message, IActorRef sender)
    {
        var taken = message switch
        {
            Status.Failure failure => _result.TrySetException(failure.Cause ?? new TaskCanceledException()),
            Failure failure => _result.TrySetException(failure.Exception ?? new TaskCanceledException()),
            T value => _result.TrySetResult(value),
            _ => _result.TrySetException(new ArgumentException(
                $"Received message of type [{message.GetType()}] - Ask expected message of type [{typeof(T)}]")),
        };
        if (!taken)
            _system.DeadLetterRef.Publish(message, sender, this);
    }

    private protected override void ReceiveSystem(SystemMessage message)
    {
        switch (message)
        {
            case SystemMessage.DeathWatchNotification notification:
                TellInternal(new Terminated(notification.Actor, notification.ExistenceConfirmed, false), notification.Actor);
                break;
            case SystemMessage.Watch watch:
                watch.Watcher.SendSystemMessage(new SystemMessage.DeathWatchNotification(watch.Watchee, ExistenceConfirmed: true));
                break;
        }
    }
}
