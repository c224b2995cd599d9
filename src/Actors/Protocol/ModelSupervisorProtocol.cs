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

    /// <summary>
    /// Asks whether the engine works; replies <see cref="Status"/>. When the state is one in which requests are served, the answer comes by
    /// way of the engine, so it comes late or never when that hangs.
    /// </summary>
    public sealed record GetHealth
    {
        public static GetHealth Instance { get; } = new();
    }

    /// <summary>
    /// Takes no more requests and lets the running ones finish, up to the deadline of the settings; what then still runs is ended. Replies
    /// <see cref="ShutDown"/> when nobody is left.
    /// </summary>
    public sealed record BeginShutdown
    {
        public static BeginShutdown Instance { get; } = new();
    }

    public sealed record ShutDown
    {
        public static ShutDown Instance { get; } = new();
    }

    public enum State
    {
        /// <summary>No model; the next request loads one.</summary>
        Empty,
        Loading,
        Ready,

        /// <summary>The running answers are finished before the model is swapped.</summary>
        Draining,

        /// <summary>The engine broke and starts anew.</summary>
        Restarting,

        /// <summary>The server goes down.</summary>
        Stopping,

        /// <summary>The engine broke too often.</summary>
        Dead,
    }

    /// <param name="Model">Id of the model that is loaded, being loaded, or drained; null when empty.</param>
    /// <param name="Running">Sequences in the engine.</param>
    /// <param name="Waiting">Requests that wait for a model or for room.</param>
    public sealed record Status(State State, string? Model, int Running, int Waiting, string? LastLoadError)
    {
        /// <summary>What running sequences leave for the keys and values of others; null without a bound, or without a model in memory.</summary>
        public long? KvFreeBytes { get; init; }
    }
}
