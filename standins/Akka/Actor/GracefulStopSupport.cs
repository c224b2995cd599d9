using Akka.Actor.Cells;

namespace Akka.Actor;

public static class GracefulStopSupport
{
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout) =>
        target.GracefulStop(timeout, PoisonPill.Instance);

    /// <summary>True when the actor has ended; a timeout throws <see cref="TaskCanceledException"/>.</summary>
    public static async Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout, object stopMessage)
    {
        var internalTarget = (IInternalActorRef)target;
        if (internalTarget.IsTerminated || ActorSystemImpl.Of(target) is not { } system)
            return true;
        var end = new FutureActorRef<Terminated>(system);
        using var timer = new CancellationTokenSource(timeout);
        using var expiry = timer.Token.Register(() => end.Cancel(timer.Token));
        internalTarget.SendSystemMessage(new SystemMessage.Watch(internalTarget, end));
        target.Tell(stopMessage, ActorRefs.NoSender);
        await end.Result.ConfigureAwait(false);
        return true;
    }
}
