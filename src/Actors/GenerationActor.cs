using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;
using MlxActors.Actors.Hosting;
using MlxActors.Actors.Protocol;
using MlxActors.Actors.Streams;
using MlxActors.Generation;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Stopping;
using MlxActors.Models;
using MlxActors.Models.Media;
using MlxActors.Native.Results;
using static MlxActors.Actors.Protocol.GenerationProtocol;

namespace MlxActors.Actors;

/// <summary>
/// One request from its arrival to its last event: waits for the model, prepares the prompt on the thread pool, lets the engine run, and
/// turns tokens into events. Stops when it has left the supervisor's books and its reader has gone.
/// </summary>
public sealed class GenerationActor : ReceiveActor, IWithTimers
{
    private readonly GenerationRequest _request;
    private readonly ChannelWriter<GenerationEvent> _events;
    private readonly IMediaDecoder _media;
    private readonly MlxActorsSettings _settings;
    private readonly CancellationTokenSource _preparation = new();
    private bool _left;
    private bool _readerGone;

    public GenerationActor(GenerationRequest request, ChannelWriter<GenerationEvent> events, IMediaDecoder media, MlxActorsSettings settings)
    {
        (_request, _events, _media, _settings) = (request, events, media, settings);
        Waiting();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(GenerationRequest request, ChannelWriter<GenerationEvent> events, IMediaDecoder media, MlxActorsSettings settings) =>
        Akka.Actor.Props.Create(() => new GenerationActor(request, events, media, settings));

    protected override void PreStart() =>
        Timers.StartSingleTimer(ReaderMissing.Instance, ReaderMissing.Instance, _settings.UnclaimedTimeout);

    protected override void PreRestart(Exception reason, object message)
    {
        Context.GetLogger().Error(reason, "Request {0} failed outside the engine", _request.Id);
        Close(new GenerationEvent.Failed(new GenerationError.EngineFailed(reason.Message)));
    }

    /// <summary>A new instance knows nothing of the request, which has failed; the supervisor frees what it held.</summary>
    protected override void PostRestart(Exception reason) => Context.Stop(Self);

    protected override void PostStop() => Close(new GenerationEvent.Failed(new GenerationError.ShuttingDown()));

    // States

    private void Waiting()
    {
        Receive<Granted>(granted => Prepare(granted));
        Receive<Refused>(refused =>
        {
            End(new GenerationEvent.Failed(refused.Error));
            Leave();
        });
        ReceiveReader(letGo: Leave);
    }

    private void Preparing(Granted granted)
    {
        Receive<Prepared>(prepared => Admit(granted, prepared.Prompt));
        Receive<PreparationFailed>(failed =>
        {
            End(new GenerationEvent.Failed(new GenerationError.EngineFailed($"the prompt could not be prepared: {failed.Cause.Message}")));
            Leave();
        });
        ReceiveReader(letGo: _preparation.Cancel);
    }

    private void Running(IActorRef engine, AnswerText answer, int promptTokens)
    {
        var (tokens, calls, credit) = (0, 0, new Credit(_settings.StreamBuffer));
        Receive<EngineProtocol.Sampled>(sampled =>
        {
            tokens++;
            var piece = answer.Add(sampled.Token, sampled.Finished);
            if (piece.Text.Length > 0)
            {
                _events.TryWrite(new GenerationEvent.Text(piece.Text));
            }
            else
            {
                credit.Give(_request.Id, engine);
            }
            foreach (var call in piece.Calls)
            {
                _events.TryWrite(new GenerationEvent.ToolCall(calls, _request.Id.ToolCall(calls), call.Name, call.Arguments));
                calls++;
            }
            if (piece.Finished is { } reason)
            {
                engine.Tell(new EngineProtocol.Cancel(_request.Id));
                End(new GenerationEvent.Finished(reason, new Usage(promptTokens, tokens)));
            }
        });
        Receive<EngineProtocol.Failed>(failed =>
            End(new GenerationEvent.Failed(new GenerationError.EngineFailed(failed.Reason))));
        Receive<TextTaken>(_ => credit.Give(_request.Id, engine));
        ReceiveReader(letGo: () => engine.Tell(new EngineProtocol.Cancel(_request.Id)));
    }

    /// <summary>The last event is out, or nobody is there to read it; what others still do for the request runs out.</summary>
    private void Ended()
    {
        Receive<Prepared>(_ => Leave());
        Receive<PreparationFailed>(_ => Leave());
        Receive<EngineProtocol.Released>(_ => Leave());
        Receive<EngineProtocol.Sampled>(_ => { });
        Receive<EngineProtocol.Failed>(_ => { });
        Receive<Granted>(_ => { });
        Receive<Refused>(_ => { });
        ReceiveReader(letGo: () => { });
    }

    private void ReceiveReader(Action letGo)
    {
        Receive<ReaderCame>(_ => Timers.Cancel(ReaderMissing.Instance));
        Receive<TextTaken>(_ => { });
        Receive<ReaderGone>(_ => OnReaderGone(letGo));
        Receive<ReaderMissing>(_ => OnReaderGone(letGo));
    }

    // Transitions

    private void Prepare(Granted granted)
    {
        var (conversation, processor, decoder, cancellation) = (_request.Conversation, granted.Processor, _media, _preparation.Token);
        Task.Run(() => processor.Prepare(conversation, decoder, cancellation), cancellation)
            .PipeTo(Self, success: prompt => new Prepared(prompt), failure: cause => new PreparationFailed(cause));
        Become(() => Preparing(granted));
    }

    private void Admit(Granted granted, Result<PreparedPrompt, PromptError> prepared)
    {
        var sequence = prepared
            .MapError<GenerationError>(error => new GenerationError.InvalidPrompt(error.Message, error.Field))
            .Bind(prompt => SequenceRequest.Of(_request, granted.Info, prompt, (ulong)Random.Shared.NextInt64(), _settings.StreamBuffer));
        switch (sequence)
        {
            case Result<SequenceRequest, GenerationError>.Ok(var request):
                granted.Engine.Tell(new EngineProtocol.Admit(granted.Model, request, Self));
                _events.TryWrite(new GenerationEvent.Started(request.Prompt.Tokens.Length));
                var answer = new AnswerText(
                    granted.Processor.NewDecoder(),
                    StopText.Of(_request.Stop),
                    granted.Processor.NewParser(_request.Conversation.Tools, single: !_request.ParallelToolCalls));
                Become(() => Running(granted.Engine, answer, request.Prompt.Tokens.Length));
                break;
            case Result<SequenceRequest, GenerationError>.Error(var reason):
                End(new GenerationEvent.Failed(reason));
                Leave();
                break;
        }
    }

    private void OnReaderGone(Action letGo)
    {
        _readerGone = true;
        _events.TryComplete();
        Become(Ended);
        letGo();
        StopWhenDone();
    }

    private void End(GenerationEvent last)
    {
        Close(last);
        Become(Ended);
    }

    /// <summary>Writes the last event; nothing, when there has been one.</summary>
    private void Close(GenerationEvent last)
    {
        _events.TryWrite(last);
        _events.TryComplete();
        _preparation.Cancel();
    }

    private void Leave()
    {
        Context.Parent.Tell(new Left(_request.Id));
        _left = true;
        StopWhenDone();
    }

    private void StopWhenDone()
    {
        if (_left && _readerGone)
        {
            Context.Stop(Self);
        }
    }

    private sealed record Prepared(Result<PreparedPrompt, PromptError> Prompt);

    private sealed record PreparationFailed(Exception Cause);

    private sealed record ReaderMissing
    {
        public static ReaderMissing Instance { get; } = new();
    }
}
