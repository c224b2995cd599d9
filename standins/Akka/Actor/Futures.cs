using Akka.Actor.Cells;

namespace Akka.Actor;

public static class Futures
{
    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout = null) =>
        self.Ask<object>(message, timeout, CancellationToken.None);

    public static Task<object> Ask(this ICanTell self, object message, CancellationToken cancellationToken) =>
        self.Ask<object>(message, null, cancellationToken);

    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        self.Ask<object>(message, timeout, cancellationToken);

    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout = null) =>
        self.Ask<T>(message, timeout, CancellationToken.None);

    public static Task<T> Ask<T>(this ICanTell self, object message, CancellationToken cancellationToken) =>
        self.Ask<T>(message, null, cancellationToken);

    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        self.Ask<T>(_ => message, timeout, cancellationToken);

    /// <summary>Asks with a message that names the reference to answer to. Timeouts are of real time, whatever the scheduler.</summary>
    public static async Task<T> Ask<T>(
        this ICanTell self, Func<IActorRef, object> messageFactory, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var system = SystemOf(self) ?? throw new ArgumentException("Unable to resolve the target Provider", nameof(self));
        var limit = timeout ?? system.Settings.AskTimeout;
        var future = new FutureActorRef<T>(system);
        using var timer = limit == Timeout.InfiniteTimeSpan ? null : new CancellationTokenSource(limit);
        using var expiry = timer?.Token.Register(() => future.Fail(new AskTimeoutException($"Timeout after {limit} seconds")));
        using var cancellation = cancellationToken.Register(() => future.Cancel(cancellationToken));
        if (!future.Result.IsCompleted)
            self.Tell(messageFactory(future), future);
        return await future.Result.ConfigureAwait(false);
    }

    private static ActorSystemImpl SystemOf(ICanTell self) => self switch
    {
        IActorRef target => ActorSystemImpl.Of(target) ?? ActorCell.Current?.System,
        ActorSelection selection => ActorSystemImpl.Of(selection.Anchor),
        _ => ActorCell.Current?.System,
    };
}
