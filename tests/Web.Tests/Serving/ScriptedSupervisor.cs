using System.Threading.Channels;
using Akka.Actor;
using Akka.Streams.Dsl;
using MlxActors.Generation;
using static MlxActors.Actors.Protocol.ModelSupervisorProtocol;
using Status = MlxActors.Actors.Protocol.ModelSupervisorProtocol.Status;

namespace MlxActors.Web.Tests.Serving;

/// <summary>What a scripted supervisor does with each request and question.</summary>
internal sealed class Script
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The events of the next requests; the writer's end is the stream's.</summary>
    public Channel<GenerationEvent> Events { get; } = Channel.CreateUnbounded<GenerationEvent>();

    /// <summary>The requests that came, the server's own warm-up left out.</summary>
    public Channel<GenerationRequest> Requests { get; } = Channel.CreateUnbounded<GenerationRequest>();

    /// <summary>What is answered to <see cref="GetStatus"/>; null: nothing.</summary>
    public Status? Status { get; init; } = new(State.Ready, "demo", 0, 0, null);

    /// <summary>Whether <see cref="GetHealth"/> stays without an answer, as when the engine is stuck in a step.</summary>
    public bool EngineHangs { get; init; }

    /// <summary>Completes when a reader leaves before the stream's end; a timeout when none does.</summary>
    public Task Cancelled => _cancelled.Task.WaitAsync(Patience);

    public static Script Of(params GenerationEvent[] events)
    {
        var script = new Script();
        foreach (var happened in events)
        {
            script.Events.Writer.TryWrite(happened);
        }
        script.Events.Writer.Complete();
        return script;
    }

    public GenerationAccepted Accept(GenerationRequest request)
    {
        Requests.Writer.TryWrite(request);
        return new GenerationAccepted(ChannelSource.FromReader(Events.Reader).WatchTermination((materialized, ended) =>
        {
            _ = ended.ContinueWith(_ => _cancelled.TrySetResult(), TaskScheduler.Default);
            return materialized;
        }));
    }
}

internal sealed class ScriptedSupervisor : ReceiveActor
{
    public ScriptedSupervisor(Script script)
    {
        // The warm-up comes from the server itself and is none of the script's requests.
        Receive<Generate>(
            generate => generate.Request.MaxTokens == 1,
            _ => Sender.Tell(new GenerationAccepted(Source.From<GenerationEvent>(
                [new GenerationEvent.Finished(FinishReason.Length, new Usage(1, 1))]))));
        Receive<Generate>(generate => Sender.Tell(script.Accept(generate.Request)));
        Receive<GetStatus>(_ => script.Status is not null, _ => Sender.Tell(script.Status!));
        Receive<GetStatus>(_ => { });
        Receive<GetHealth>(_ => script is { Status: not null, EngineHangs: false }, _ => Sender.Tell(script.Status!));
        Receive<GetHealth>(_ => { });
        Receive<BeginShutdown>(_ =>
        {
            script.Events.Writer.TryWrite(new GenerationEvent.Failed(new GenerationError.ShuttingDown()));
            script.Events.Writer.TryComplete();
            Sender.Tell(ShutDown.Instance);
        });
    }
}
