using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Streams;
using MlxActors.Actors.Streams;
using MlxActors.Generation;
using MlxActors.InProcess.Settings;
using static MlxActors.Actors.Protocol.ModelSupervisorProtocol;
using Status = MlxActors.Actors.Protocol.ModelSupervisorProtocol.Status;

namespace MlxActors.InProcess;

/// <summary>The supervisor as those see it who are no actors.</summary>
/// <param name="supervisor">Its actor, once it has started.</param>
/// <param name="stopping">Cancelled when the program ends, which then is why there is no answer.</param>
internal sealed class SupervisorClient(
    Func<CancellationToken, Task<IActorRef>> supervisor, ActorSystem system, TimeLimits times, TimeProvider clock, CancellationToken stopping)
{
    // The supervisor only accepts, it does not work: an answer that takes longer is a fault.
    private static readonly TimeSpan AcceptTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StatusTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Most answers to one request: as many as run at a time.</summary>
    public int MostChoices { get; } = system.Settings.Config.GetInt("mlxactors.engine.max-batch");

    /// <summary>
    /// The request's events, ending with one <see cref="GenerationEvent.Finished"/> or <see cref="GenerationEvent.Failed"/>. When
    /// <paramref name="cancellationToken"/> is cancelled the generation is, and the events end without either.
    /// </summary>
    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(
        GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // What is accepted has to be run, even for a client that has left by now: leaving the run is what ends the generation.
        if (await AskAsync<GenerationAccepted>(new Generate(request), AcceptTimeout, CancellationToken.None) is { } accepted)
        {
            await foreach (var happened in accepted.Events.ReadAsync(system.Materializer(), cancellationToken))
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
            yield return new GenerationEvent.Failed(stopping.IsCancellationRequested
                ? new GenerationError.ShuttingDown()
                : new GenerationError.EngineFailed("the answer broke off."));
        }
    }

    /// <summary>How things stand, by way of the engine (<see cref="GetHealth"/>).</summary>
    /// <returns>Null when the engine does not answer within its deadline.</returns>
    public Task<Status?> GetHealthAsync(CancellationToken cancellationToken) =>
        AskAsync<Status>(GetHealth.Instance, times.Health, cancellationToken);

    /// <summary>Ends all generations (<see cref="BeginShutdown"/>).</summary>
    /// <returns>False when some did not end in time.</returns>
    public async Task<bool> ShutDownAsync(CancellationToken cancellationToken) =>
        await AskAsync<ShutDown>(BeginShutdown.Instance, times.Shutdown + TimeLimits.Grace, cancellationToken) is not null;

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
            var actor = await supervisor(either.Token);
            return await actor.Ask<T>(message, either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or AskTimeoutException)
        {
            return null;
        }
    }
}
