using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Hosting;
using Akka.Streams;
using MlxActors.Actors;
using MlxActors.Generation;
using static MlxActors.Actors.Protocol.ModelSupervisorProtocol;
using Status = MlxActors.Actors.Protocol.ModelSupervisorProtocol.Status;

namespace MlxActors.Web.Engine;

/// <summary>The supervisor as the HTTP side sees it.</summary>
internal sealed class SupervisorClient(
    IRequiredActor<ModelSupervisor> supervisor, ActorSystem system, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    // The supervisor only accepts, it does not work: an answer that takes longer is a fault.
    private static readonly TimeSpan AcceptTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StatusTimeout = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The request's events, ending with one <see cref="GenerationEvent.Finished"/> or <see cref="GenerationEvent.Failed"/>. When
    /// <paramref name="cancellationToken"/> is cancelled the generation is, and the events end without either.
    /// </summary>
    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(
        GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        // What is accepted has to be run, even for a client that has left by now: leaving the run is what ends the generation.
        if (await AskAsync<GenerationAccepted>(new Generate(request), AcceptTimeout, CancellationToken.None) is { } accepted)
        {
            var untilCancelled = accepted.Events.Via(either.Token.AsFlow<GenerationEvent>(cancelGracefully: true));
            await foreach (var happened in untilCancelled.RunAsAsyncEnumerable(system))
            {
                yield return happened;
                if (happened is GenerationEvent.Finished or GenerationEvent.Failed)
                {
                    yield break;
                }
            }
        }
        if (!cancellationToken.IsCancellationRequested)
        {
            yield return new GenerationEvent.Failed(lifetime.ApplicationStopping.IsCancellationRequested
                ? new GenerationError.ShuttingDown()
                : new GenerationError.EngineFailed("the answer broke off."));
        }
    }

    /// <returns>Null when the supervisor does not answer.</returns>
    public Task<Status?> GetStatusAsync(CancellationToken cancellationToken) =>
        AskAsync<Status>(GetStatus.Instance, StatusTimeout, cancellationToken);

    private async Task<T?> AskAsync<T>(object message, TimeSpan timeout, CancellationToken cancellationToken)
        where T : class
    {
        using var deadline = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var actor = await supervisor.GetAsync(either.Token);
            return await actor.Ask<T>(message, either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or AskTimeoutException)
        {
            return null;
        }
    }
}
