using Akka.Actor;
using Akka.Event;
using MlxActors.Actors.Hosting;
using MlxActors.Actors.Protocol;
using MlxActors.Actors.Streams;
using MlxActors.Generation;
using MlxActors.Generation.Supervision;
using MlxActors.Models;
using MlxActors.Native.Results;
using static MlxActors.Actors.Protocol.ModelSupervisorProtocol;

namespace MlxActors.Actors;

/// <summary>
/// Owns the one loaded model, the engine and all generations. Every decision is made by <see cref="Supervisor.Apply"/>; requests that
/// have to wait do so in its state. This actor only carries out the effects.
/// </summary>
public sealed partial class ModelSupervisor : ReceiveActor, IWithTimers
{
    public const string Name = "models";

    private readonly MlxActorsOptions _options;
    private readonly MlxActorsSettings _settings;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<RequestId, IActorRef> _generations = [];
    private readonly IActorRef _engine;
    private readonly IActorRef _summaries;
    private SupervisorState _state = SupervisorState.Initial;
    private EngineProtocol.Loaded? _loaded;
    private CancellationTokenSource _load = new();
    private int _attempt;
    private double _loadProgress;
    private TimeSpan? _keepAlive;
    private int _running;
    private long? _kvFree;
    private bool _engineIsRestarting;

    public ModelSupervisor(MlxActorsOptions options, MlxActorsSettings settings)
    {
        (_options, _settings) = (options, settings);
        _engine = Context.WatchWith(
            Context.ActorOf(EngineActor.Props(options.Load, settings, options.Metrics), "engine"), EngineStopped.Instance);

        _summaries = Context.ActorOf(SummariesActor.Props(settings.Summaries), "summaries");

        Receive<Generate>(generate => OnGenerate(generate.Request));
        ReceiveQuestions();
        ReceiveShutdown();

        Receive<EngineProtocol.LoadProgress>(progress => _loadProgress = progress.Fraction);
        Receive<EngineProtocol.LoadEnded>(ended => ended.Attempt != _attempt, ended =>
        {
            // Of a load that was given up when the engine broke; one that came nevertheless may be all that there is.
            if (ended is EngineProtocol.Loaded && _state.Phase is ModelPhase.Empty)
            {
                _engine.Tell(EngineProtocol.Unload.Instance);
            }
        });
        Receive<EngineProtocol.Loaded>(loaded =>
        {
            (_loaded, _keepAlive) = (WithWindow(loaded), KeepAliveOf(loaded.Model));
            Apply(new SupervisorEvent.Loaded(loaded.Model));
        });
        Receive<EngineProtocol.LoadFailed>(failed =>
        {
            _log.Warning("{0} could not be loaded: {1}", failed.Model.Id, failed.Reason);
            Apply(new SupervisorEvent.LoadFailed(failed.Model, failed.Reason));
        });
        Receive<EngineProtocol.LoadCancelled>(cancelled => Apply(new SupervisorEvent.LoadCancelled(cancelled.Model)));
        Receive<EngineProtocol.Occupancy>(occupancy =>
        {
            (_running, _kvFree) = (occupancy.Running, occupancy.KvFreeBytes);
            Publish();
        });
        Receive<EngineProtocol.Broke>(broke =>
        {
            (_running, _engineIsRestarting) = (0, true);
            _attempt++;
            _load.Cancel();
            Apply(new SupervisorEvent.EngineLost(broke.Reason));
        });
        Receive<EngineProtocol.Restarted>(_ =>
        {
            _engineIsRestarting = false;
            Publish();
        });
        Receive<EngineStopped>(_ => Apply(new SupervisorEvent.EngineDied("it broke too often")));

        Receive<GenerationProtocol.Left>(left => Apply(new SupervisorEvent.Left(left.Id)));
        Receive<GenerationProtocol.Again>(again => Apply(new SupervisorEvent.Returned(again.Id, again.Model)));
        Receive<GenerationStopped>(stopped => OnGenerationStopped(stopped.Id));

        Receive<PatienceOver>(over => Apply(new SupervisorEvent.PatienceOver(over.Id)));
        Receive<IdleOver>(_ => Apply(new SupervisorEvent.IdleOver()));
        Publish();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(MlxActorsOptions options, MlxActorsSettings settings) =>
        Akka.Actor.Props.Create(() => new ModelSupervisor(options, settings));

    /// <summary>
    /// An engine that breaks starts anew, without a model, until it has done so too often; a generation that breaks fails its request and
    /// leaves. Both see to it when they are restarted.
    /// </summary>
    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(_settings.MaxRestarts, _settings.RestartWindow, _ => Directive.Restart);

    protected override void PostStop() => _load.Dispose();

    private void OnGenerate(GenerationRequest request)
    {
        var events = EventSource.NewChannel();
        var taken = new PartsTaken(_settings.StreamBuffer);
        var generation = Context.ActorOf(GenerationActor.Props(
            request, events.Writer, taken, _options.Media, _summaries, _settings, _options.Metrics));
        Context.WatchWith(generation, new GenerationStopped(request.Id));
        _generations.Add(request.Id, generation);
        Sender.Tell(new GenerationAccepted(EventSource.From(events.Reader, generation, taken)));

        switch (Resolve(request.Model))
        {
            case Result<ModelLocation, GenerationError>.Ok(var model):
                Timers.StartSingleTimer(request.Id, new PatienceOver(request.Id), _settings.Patience);
                Apply(new SupervisorEvent.Arrived(request.Id, model));
                break;
            case Result<ModelLocation, GenerationError>.Error(var error):
                generation.Tell(new GenerationProtocol.Refused(error));
                break;
        }
    }

    private Result<ModelLocation, GenerationError> Resolve(string name)
    {
        try
        {
            return _options.Resolve(name).MapError<GenerationError>(reason => new GenerationError.ModelNotFound(name, reason));
        }
        catch (Exception bug)
        {
            // A name that trips the catalogue up must not take the answers of others with it.
            _log.Error(bug, "Looking for the model {0} threw", name);
            return new GenerationError.EngineFailed($"looking for the model: {bug.Message}");
        }
    }

    /// <summary>A generation that ended in good order has left before; of one that broke, the engine may still hold the sequence.</summary>
    private void OnGenerationStopped(RequestId id)
    {
        _generations.Remove(id);
        if (_state.Active.Contains(id))
        {
            _engine.Tell(new EngineProtocol.Cancel(id));
        }
        if (_state.Knows(id))
        {
            Apply(new SupervisorEvent.Left(id));
        }
        ShutDownWhenNobodyIsLeft();
    }

    private void Apply(SupervisorEvent happened)
    {
        var (state, effects) = Supervisor.Apply(_state, happened, _settings.Supervisor);
        _state = state;

        // First: who hears of an effect may tell a client, and with the answer how things stand.
        Publish();
        foreach (var effect in effects)
        {
            Do(effect);
        }
        if (happened is SupervisorEvent.Left(var id))
        {
            Timers.Cancel(id);
        }
        WatchIdleness();
    }

    private void Do(SupervisorEffect effect)
    {
        switch (effect)
        {
            case SupervisorEffect.Grant(var id):
                Timers.Cancel(id);
                Tell(id, new GenerationProtocol.Granted(_loaded!.Model, _loaded.Info, _loaded.Processor, _engine) { Load = _loaded.Times });
                break;
            case SupervisorEffect.Refuse(var id, var error):
                Timers.Cancel(id);
                Tell(id, new GenerationProtocol.Refused(error));
                break;
            case SupervisorEffect.Load(var model):
                _load.Dispose();
                (_load, _loadProgress) = (new CancellationTokenSource(), 0);
                _engine.Tell(new EngineProtocol.Load(model, ++_attempt, _load.Token));
                break;
            case SupervisorEffect.CancelLoad:
                _load.Cancel();
                break;
            case SupervisorEffect.Unload:
                _engine.Tell(EngineProtocol.Unload.Instance);
                break;
        }
    }

    private void Tell(RequestId id, object message)
    {
        if (_generations.TryGetValue(id, out var generation))
        {
            generation.Tell(message);
        }
    }

    private sealed record EngineStopped
    {
        public static EngineStopped Instance { get; } = new();
    }

    private sealed record GenerationStopped(RequestId Id);

    private sealed record PatienceOver(RequestId Id);

    private sealed record IdleOver
    {
        public static IdleOver Instance { get; } = new();
    }
}
