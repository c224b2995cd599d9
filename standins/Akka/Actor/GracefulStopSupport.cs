using Akka.Actor.Cells;

namespace Akka.Actor;

public static class GracefulStopSupport
{
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout) =>
        target.GracefulStop(timeout, PoisonPill.Instance);

    /// <summary>True when the actor has ended, false when it has not in time.</summary>
    public static async Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout, object stopMessage)
    {
        var internalTarget = (IInternalActorRef)target;
        if (internalTarget.IsTerminated || ActorSystemImpl.Of(target) is not { } system)
            return true;
        var end = new FutureActorRef<object>(system);
        using var timer = new CancellationTokenSource(timeout);
        using var expiry = timer.Token.Register(() => end.Tell(false, ActorRefs.NoSender));
        internalTarget.SendSystemMessage(new SystemMessage.Watch(internalTarget, end));
        target.Tell(stopMessage, ActorRefs.NoSender);
        return await end.Result.ConfigureAwait(false) is Terminated;
    }
}
