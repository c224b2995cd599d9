using Akka.Actor;
using MlxActors.Generation;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Speculation;
using MlxActors.Models;

namespace MlxActors.Actors.Protocol;

/// <summary>What <c>EngineActor</c> is told and tells. No tensor travels in it.</summary>
public static class EngineProtocol
{
    /// <summary>
    /// Asks for a checkpoint, in place of none. <see cref="Loaded"/>, <see cref="LoadFailed"/> or <see cref="LoadCancelled"/> tells the
    /// supervisor; before that, <see cref="LoadProgress"/>.
    /// </summary>
    /// <param name="Attempt">Comes back with the outcome, by which a load is told from one that was given up when the engine broke.</param>
    /// <param name="Cancelled">Reaches the loader, which no message could: the engine's thread is at work.</param>
    public sealed record Load(ModelLocation Model, int Attempt, CancellationToken Cancelled);

    /// <summary>Gives up the model and its memory.</summary>
    public sealed record Unload
    {
        public static Unload Instance { get; } = new();
    }

    /// <summary>What became of a <see cref="Load"/>.</summary>
    public abstract record LoadEnded(ModelLocation Model, int Attempt);

    public sealed record Loaded(ModelLocation Model, int Attempt, ModelInfo Info, IProcessor Processor) : LoadEnded(Model, Attempt)
    {
        public LoadTimes? Times { get; init; }
    }

    /// <summary>When a load was under way, in timestamps of the metrics' clock.</summary>
    public sealed record LoadTimes(long Began, long Ended);

    public sealed record LoadFailed(ModelLocation Model, int Attempt, string Reason) : LoadEnded(Model, Attempt);

    public sealed record LoadCancelled(ModelLocation Model, int Attempt) : LoadEnded(Model, Attempt);

    /// <param name="Fraction">From 0 to 1; told in steps of a hundredth.</param>
    public sealed record LoadProgress(ModelLocation Model, double Fraction);

    /// <summary>
    /// Asks for an answer. <paramref name="ReplyTo"/> is told <see cref="Sampled"/> for each token, or <see cref="Failed"/>; and in every
    /// case, a cancelled one too, <see cref="Released"/> as the last. When the engine breaks it is told <see cref="Lost"/>, and nothing after.
    /// </summary>
    /// <param name="Model">The checkpoint that the prompt was made for.</param>
    public sealed record Admit(ModelLocation Model, SequenceRequest Request, IActorRef ReplyTo);

    /// <summary>Frees a sequence; nothing happens when it has ended by itself.</summary>
    public sealed record Cancel(RequestId Id);

    /// <summary>The reader has taken this many tokens; so many more may be made.</summary>
    public sealed record Grant(RequestId Id, int Tokens);

    /// <param name="CachedTokens"><inheritdoc cref="Usage.CachedTokens"/></param>
    /// <param name="Speculation"><inheritdoc cref="Usage.Speculation"/></param>
    public sealed record Sampled(int Token, FinishReason? Finished, TokenScores? Scores, int CachedTokens, SpeculationCounts Speculation);

    /// <summary>The engine cannot or will not go on with the sequence.</summary>
    public sealed record Failed(GenerationError Error);

    /// <summary>The engine broke, and not over this sequence; nothing of it is left.</summary>
    public sealed record Lost(string Reason);

    /// <summary>Asks for the <see cref="GenerationEvent.Progress"/> of a request; no answer when there is none to tell.</summary>
    public sealed record ReportProgress(RequestId Id);

    /// <summary>Asks the engine to send <paramref name="Answer"/> back: what stands in its mailbox before has then been worked on.</summary>
    public sealed record Ping(object Answer);

    /// <summary>Nothing of the sequence is left in the engine.</summary>
    public sealed record Released
    {
        public static Released Instance { get; } = new();
    }

    /// <summary>Tells the supervisor how many sequences run, and what memory they leave, whenever that changes.</summary>
    /// <param name="KvFreeBytes">Null: no bound.</param>
    public sealed record Occupancy(int Running, long? KvFreeBytes);

    /// <summary>Tells the supervisor that an exception breaks the engine. Said before anyone hears <see cref="Lost"/>.</summary>
    public sealed record Broke(string Reason);

    /// <summary>Tells the supervisor that the engine is there again, with no model and no sequence.</summary>
    public sealed record Restarted
    {
        public static Restarted Instance { get; } = new();
    }
}
