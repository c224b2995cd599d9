using Akka.Actor;
using MlxActors.Generation;
using MlxActors.Models;

namespace MlxActors.Actors.Protocol;

/// <summary>What <c>GenerationActor</c> is told and tells, besides its talk with the engine (<see cref="EngineProtocol"/>).</summary>
public static class GenerationProtocol
{
    /// <summary>From the supervisor: the model is there, and stays until <see cref="Left"/>.</summary>
    public sealed record Granted(ModelLocation Model, ModelInfo Info, IProcessor Processor, IActorRef Engine)
    {
        /// <summary>Of the load that brought the model.</summary>
        public EngineProtocol.LoadTimes? Load { get; init; }
    }

    /// <summary>From the supervisor, at any time: there will be no answer, or no more of it.</summary>
    public sealed record Refused(GenerationError Error);

    /// <summary>To the supervisor: this request neither waits for the model nor uses it any more.</summary>
    public sealed record Left(RequestId Id);

    /// <summary>To the supervisor: the engine broke under this request before it said anything; it wants its model again.</summary>
    public sealed record Again(RequestId Id, ModelLocation Model);

    /// <summary>To the supervisor, which answers with a <see cref="GenerationEvent.Progress"/> while the request waits.</summary>
    public sealed record ReportProgress(RequestId Id);

    /// <summary>From the stream: someone reads.</summary>
    public sealed record ReaderCame
    {
        public static ReaderCame Instance { get; } = new();
    }

    /// <summary>
    /// From the stream: the reader has taken so many <see cref="GenerationEvent.Text"/> and <see cref="GenerationEvent.ToolCall"/> since
    /// the last time.
    /// </summary>
    public sealed record Taken(int Parts);

    /// <summary>From the stream: it has ended, because all was read or because the reader went away.</summary>
    public sealed record ReaderGone
    {
        public static ReaderGone Instance { get; } = new();
    }
}
