using Akka.Actor;
using MlxActors.Generation;
using MlxActors.Generation.Batching;
using MlxActors.Models;

namespace MlxActors.Actors.Protocol;

/// <summary>What <c>EngineActor</c> is told and tells. No tensor travels in it.</summary>
public static class EngineProtocol
{
    /// <summary>Asks for a checkpoint, in place of none; <see cref="Loaded"/> or <see cref="LoadFailed"/> tells the supervisor.</summary>
    public sealed record Load(ModelLocation Model);

    /// <summary>Gives up the model and its memory.</summary>
    public sealed record Unload
    {
        public static Unload Instance { get; } = new();
    }

    public sealed record Loaded(ModelLocation Model, ModelInfo Info, IProcessor Processor);

    public sealed record LoadFailed(ModelLocation Model, string Reason);

    /// <summary>
    /// Asks for an answer. <paramref name="ReplyTo"/> is told <see cref="Sampled"/> for each token, or <see cref="Failed"/>; and in every
    /// case, a cancelled one too, <see cref="Released"/> as the last.
    /// </summary>
    /// <param name="Model">The checkpoint that the prompt was made for.</param>
    public sealed record Admit(ModelLocation Model, SequenceRequest Request, IActorRef ReplyTo);

    /// <summary>Frees a sequence; nothing happens when it has ended by itself.</summary>
    public sealed record Cancel(RequestId Id);

    /// <summary>The reader has taken this many tokens; so many more may be made.</summary>
    public sealed record Grant(RequestId Id, int Tokens);

    public sealed record Sampled(int Token, FinishReason? Finished);

    public sealed record Failed(string Reason);

    /// <summary>Nothing of the sequence is left in the engine.</summary>
    public sealed record Released
    {
        public static Released Instance { get; } = new();
    }

    /// <summary>Tells the supervisor how many sequences run, whenever that changes.</summary>
    public sealed record Occupancy(int Running);

    /// <summary>Tells the supervisor that the engine began anew after an exception, with no model and no sequence.</summary>
    public sealed record Restarted(string Reason);
}
