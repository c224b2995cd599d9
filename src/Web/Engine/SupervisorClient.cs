using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Hosting;
using Akka.Streams;
using MlxActors.Actors;
using MlxActors.Actors.Streams;
using MlxActors.Generation;
using MlxActors.Web.Hosting;
using static MlxActors.Actors.Protocol.ModelSupervisorProtocol;
using Status = MlxActors.Actors.Protocol.ModelSupervisorProtocol.Status;

namespace MlxActors.Web.Engine;

/// <summary>The supervisor as the HTTP side sees it.</summary>
internal sealed class SupervisorClient(
    IRequiredActor<ModelSupervisor> supervisor, ActorSystem system, IHostApplicationLifetime lifetime, TimeLimits times, TimeProvider clock)
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
            yield return new GenerationEvent.Failed(lifetime.ApplicationStopping.IsCancellationRequested
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
            var actor = await supervisor.GetAsync(either.Token);
            return await actor.Ask<T>(message, either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or AskTimeoutException)
        {
            return null;
        }
    }
}
