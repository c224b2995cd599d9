using Akka;
using Akka.Streams.Dsl;
using MlxActors.Generation;

namespace MlxActors.Actors.Protocol;

/// <summary>What <c>ModelSupervisor</c> is told and answers.</summary>
public static class ModelSupervisorProtocol
{
    /// <summary>Asks for an answer. Replies <see cref="GenerationAccepted"/> at once, also while a model has yet to be loaded.</summary>
    public sealed record Generate(GenerationRequest Request);

    /// <summary>
    /// The request's events. Run it once; ending the run early (a client that went away) cancels the generation. Whatever goes wrong later,
    /// refusals included, comes as <see cref="GenerationEvent.Failed"/>: the source itself does not fail.
    /// </summary>
    public sealed record GenerationAccepted(Source<GenerationEvent, NotUsed> Events);

    /// <summary>Asks how things stand; replies <see cref="Status"/>.</summary>
    public sealed record GetStatus
    {
        public static GetStatus Instance { get; } = new();
    }

    public enum State
    {
        Empty,
        Loading,
        Ready,
        Draining,
    }

    /// <param name="Model">Id of the model that is loaded, being loaded, or drained; null when empty.</param>
    /// <param name="Running">Sequences in the engine.</param>
    /// <param name="Waiting">Requests that wait for a model or for room.</param>
    public sealed record Status(State State, string? Model, int Running, int Waiting, string? LastLoadError);
}
