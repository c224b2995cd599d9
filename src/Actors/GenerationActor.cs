using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;
using MlxActors.Actors.Hosting;
using MlxActors.Actors.Protocol;
using MlxActors.Actors.Streams;
using MlxActors.Generation;
using MlxActors.Generation.Stopping;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using static MlxActors.Actors.Protocol.GenerationProtocol;

namespace MlxActors.Actors;

/// <summary>
/// One request from its arrival to its last event: waits for the model, prepares the prompt on the thread pool, lets the engine run, and
/// turns tokens into events. Stops when it has left the supervisor's books and its reader has gone.
/// </summary>
public sealed partial class GenerationActor : ReceiveActor, IWithTimers
{
    private readonly GenerationRequest _request;
    private readonly ChannelWriter<GenerationEvent> _events;
    private readonly IMediaDecoder _media;
    private readonly IActorRef _summaries;
    private readonly MlxActorsSettings _settings;
    private readonly ActorMetrics _metrics;
    private readonly CancellationTokenSource _preparation = new();
    private readonly ReaderWatch _reader;
    private readonly RequestTrace _trace;
    private Prompt _prompt;
    private ShorteningAttempt _attempt;
    private SummaryUsage? _summary;
    private bool _started;
    private bool _retried;
    private bool _isOver;
    private bool _left;
    private bool _readerGone;

    public GenerationActor(
        GenerationRequest request,
        ChannelWriter<GenerationEvent> events,
        PartsTaken taken,
        IMediaDecoder media,
        IActorRef summaries,
        MlxActorsSettings settings,
        ActorMetrics metrics)
    {
        _reader = new ReaderWatch(taken);
        (_request, _prompt, _events, _media, _summaries) = (request, request.Prompt, events, media, summaries);
        (_settings, _metrics, _trace) = (settings, metrics, new RequestTrace(request, metrics.Requests));
        Waiting();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="summaries">The <see cref="SummariesActor"/>.</param>
    public static Props Props(
        GenerationRequest request,
        ChannelWriter<GenerationEvent> events,
        PartsTaken taken,
        IMediaDecoder media,
        IActorRef summaries,
        MlxActorsSettings settings,
        ActorMetrics metrics) =>
        Akka.Actor.Props.Create(() => new GenerationActor(request, events, taken, media, summaries, settings, metrics));

    protected override void PreStart()
    {
        _metrics.Began();
        Timers.StartSingleTimer(ReaderMissing.Instance, ReaderMissing.Instance, _settings.UnclaimedTimeout);
        Timers.StartPeriodicTimer(ProgressIsDue.Instance, ProgressIsDue.Instance, _settings.ProgressInterval);
    }

    protected override void PreRestart(Exception reason, object message)
    {
        Context.GetLogger().Error(reason, "Request {0} failed outside the engine", _request.Id);
        BreakOff(new GenerationError.EngineFailed(reason.Message));
        _metrics.Stopped();
    }

    /// <summary>A new instance knows nothing of the request, which has failed; the supervisor frees what it held.</summary>
    protected override void PostRestart(Exception reason)
    {
        _metrics.Began();
        _isOver = true;
        Context.Stop(Self);
    }

    protected override void PostStop()
    {
        BreakOff(new GenerationError.ShuttingDown());
        _metrics.Stopped();
    }

    // States

    private void Waiting()
    {
        Receive<Granted>(granted =>
        {
            _trace.Granted(granted);
            Prepare(granted);
        });
        Receive<Refused>(refused =>
        {
            End(new GenerationEvent.Failed(refused.Error));
            Leave();
        });
        ReceiveProgress(Context.Parent, new ReportProgress(_request.Id));
        ReceiveReader(RequestStage.Waiting, letGo: Leave);
    }

    private void Preparing(Granted granted)
    {
        Receive<Prepared>(prepared => Admit(granted, prepared.Prompt));
        Receive<PreparationFailed>(failed =>
        {
            End(new GenerationEvent.Failed(new GenerationError.EngineFailed($"the prompt could not be prepared: {failed.Cause.Message}")));
            Leave();
        });
        Receive<Refused>(refused => End(new GenerationEvent.Failed(refused.Error)));
        Receive<GenerationEvent.Progress>(_ => { });
        Receive<ProgressIsDue>(_ => { });
        ReceiveReader(RequestStage.Preparing, letGo: _preparation.Cancel);
    }

    /// <summary>The conversation has outgrown the window; a <see cref="ContextActor"/> has the model sum up its older messages.</summary>
    private void Shortening(Granted granted, IActorRef shortening)
    {
        var messages = 0;
        Receive<ContextProtocol.Summarizing>(summarizing => messages = summarizing.Messages);
        Receive<ContextProtocol.Ended>(ended => OnShortened(granted, ended));
        Receive<Refused>(refused =>
        {
            shortening.Tell(ContextProtocol.Cancel.Instance);
            End(new GenerationEvent.Failed(refused.Error));
        });
        Receive<ProgressIsDue>(_ => _events.TryWrite(new GenerationEvent.Summarizing(messages)), _ => messages > 0);
        Receive<ProgressIsDue>(_ => { });
        Receive<GenerationEvent.Progress>(_ => { });
        ReceiveReader(RequestStage.Summarizing, letGo: () => shortening.Tell(ContextProtocol.Cancel.Instance));
    }

    private void Running(Granted granted, AnswerText answer, int promptTokens)
    {
        var (tokens, calls, credit, engine) = (0, 0, new Credit(_settings.StreamBuffer), granted.Engine);
        var logprobs = new PendingLogprobs(granted.Processor.BytesOf);
        void LetGo() => engine.Tell(new EngineProtocol.Cancel(_request.Id));
        Usage UsageAt(EngineProtocol.Sampled sampled) =>
            new(promptTokens, tokens) { CachedTokens = sampled.CachedTokens, Speculation = sampled.Speculation, Summary = _summary };

        Receive<EngineProtocol.Sampled>(sampled =>
        {
            tokens++;
            _trace.Token();
            var piece = answer.Add(sampled.Token, sampled.Finished);
            logprobs.Add(sampled, piece.Tokens);
            if (piece.IsEmpty)
            {
                credit.Give(_request.Id, engine);
            }
            if (piece.Text.Length > 0)
            {
                var soFar = _request.TimingsPerToken ? new AnswerSoFar(UsageAt(sampled), _trace.SoFar()) : null;
                Write(new GenerationEvent.Text(piece.Text) { Logprobs = logprobs.Take(), SoFar = soFar });
            }
            foreach (var call in piece.Calls)
            {
                Write(new GenerationEvent.ToolCall(calls, _request.Id.ToolCall(calls), call.Name, call.Arguments));
                calls++;
            }
            if (piece.Finished is { } reason)
            {
                LetGo();
                End(new GenerationEvent.Finished(reason, UsageAt(sampled)) { Logprobs = logprobs.Take() });
            }
        });
        Receive<EngineProtocol.Failed>(failed => End(new GenerationEvent.Failed(failed.Error)));
        Receive<EngineProtocol.Lost>(lost => TryAgain(granted.Model), _ => tokens == 0 && !_retried);
        Receive<EngineProtocol.Lost>(lost =>
        {
            End(new GenerationEvent.Failed(new GenerationError.EngineFailed(lost.Reason)));
            Leave();
        });
        Receive<Refused>(refused =>
        {
            LetGo();
            End(new GenerationEvent.Failed(refused.Error));
        });
        Receive<LookAtReader>(_ =>
        {
            if (_reader.HasStalled())
            {
                LetGo();
                _metrics.Stalled();
                End(new GenerationEvent.Failed(new GenerationError.ReaderStalled(_settings.StallTimeout)));
            }
        });
        ReceiveProgress(engine, new EngineProtocol.ReportProgress(_request.Id));
        ReceiveReader(
            () => tokens == 0 ? RequestStage.Prefill : RequestStage.Decode,
            taken: parts => credit.Give(_request.Id, engine, parts),
            letGo: LetGo);
    }

    /// <summary>The last event is out, or nobody is there to read it; what others still do for the request runs out.</summary>
    private void Ended()
    {
        Receive<Prepared>(_ => Leave());
        Receive<PreparationFailed>(_ => Leave());
        Receive<EngineProtocol.Released>(_ => Leave());
        Receive<EngineProtocol.Lost>(_ => Leave());
        Receive<ContextProtocol.Ended>(_ => Leave());
        Receive<ContextProtocol.Summarizing>(_ => { });
        Receive<EngineProtocol.Sampled>(_ => { });
        Receive<EngineProtocol.Failed>(_ => { });
        Receive<Granted>(_ => { });
        Receive<Refused>(_ => { });
        Receive<GenerationEvent.Progress>(_ => { });
        Receive<ProgressIsDue>(_ => { });
        Receive<LookAtReader>(_ => { });
        Receive<ReaderCame>(_ => Timers.Cancel(ReaderMissing.Instance));
        Receive<Taken>(_ => { });
        Receive<ReaderGone>(_ => OnReaderGone());
        Receive<ReaderMissing>(_ => OnReaderGone());
    }

    /// <summary>Asks <paramref name="source"/> for progress at every interval, and passes it on.</summary>
    private void ReceiveProgress(IActorRef source, object question)
    {
        Receive<ProgressIsDue>(_ => source.Tell(question));
        Receive<GenerationEvent.Progress>(progress => _events.TryWrite(progress));
    }

    private void ReceiveReader(RequestStage stage, Action letGo) => ReceiveReader(() => stage, taken: _ => { }, letGo);

    private void ReceiveReader(Func<RequestStage> stage, Action<int> taken, Action letGo)
    {
        void GiveUp()
        {
            _metrics.Cancelled(stage());
            _trace.Left();
            OnReaderGone();
            letGo();
        }

        Receive<ReaderCame>(_ => Timers.Cancel(ReaderMissing.Instance));
        Receive<Taken>(lot => taken(lot.Parts));
        Receive<ReaderGone>(_ => GiveUp());
        Receive<ReaderMissing>(_ => GiveUp());
    }
}
