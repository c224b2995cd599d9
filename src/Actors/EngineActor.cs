using Akka.Actor;
using Akka.Event;
using MlxActors.Generation;
using MlxActors.Generation.Batching;
using MlxActors.Models;
using static MlxActors.Actors.Protocol.EngineProtocol;

namespace MlxActors.Actors;

/// <summary>
/// Owns the loaded model; the only one that touches tensors, on a thread of its own. Works by telling itself <see cref="Step"/>, so that
/// other messages get in between two steps.
/// </summary>
public sealed class EngineActor : ReceiveActor
{
    public const string DispatcherPath = "mlxactors.engine-dispatcher";

    private readonly LoadModel _load;
    private readonly BatchLimits _limits;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<RequestId, IActorRef> _readers = [];
    private Running? _current;
    private bool _stepIsDue;
    private int _reportedRunning;

    public EngineActor(LoadModel load, BatchLimits limits)
    {
        (_load, _limits) = (load, limits);
        Receive<Load>(OnLoad);
        Receive<Unload>(_ => GiveUpModel("the model was unloaded"));
        Receive<Admit>(OnAdmit);
        Receive<Cancel>(OnCancel);
        Receive<Grant>(grant =>
        {
            _current?.Batch.Grant(grant.Id, grant.Tokens);
            StepIfThereIsWork();
        });
        Receive<Step>(_ => OnStep());
    }

    public static Props Props(LoadModel load, BatchLimits limits) =>
        Akka.Actor.Props.Create(() => new EngineActor(load, limits)).WithDispatcher(DispatcherPath);

    protected override void PreRestart(Exception reason, object message) => GiveUpModel(reason.Message);

    protected override void PostRestart(Exception reason)
    {
        base.PostRestart(reason);
        Context.Parent.Tell(new Restarted(reason.Message));
    }

    protected override void PostStop() => GiveUpModel("the engine was stopped");

    private void OnLoad(Load load)
    {
        GiveUpModel("another model is loaded");
        Context.Parent.Tell(LoadModel(load.Model));
    }

    private object LoadModel(ModelLocation location)
    {
        try
        {
            return _load(location.Directory, CancellationToken.None).Match<object>(
                model =>
                {
                    _current = new Running(location, model, new BatchRunner(model, _limits));
                    _log.Info("Loaded {0} on {1}", location.Id, model.Backend.Description);
                    return new Loaded(location, model.Info, model.Processor);
                },
                error => new LoadFailed(location, error.Message));
        }
        catch (Exception bug)
        {
            // A checkpoint that trips the loader up must not take other checkpoints with it.
            _log.Error(bug, "Loading {0} threw", location.Id);
            return new LoadFailed(location, bug.Message);
        }
    }

    private void OnAdmit(Admit admit)
    {
        if (_current is not { } current || current.Location != admit.Model)
        {
            admit.ReplyTo.Tell(new Failed("its model is gone"));
            admit.ReplyTo.Tell(Released.Instance);
            return;
        }
        _readers.Add(admit.Request.Id, admit.ReplyTo);
        current.Batch.Admit(admit.Request);
        StepIfThereIsWork();
    }

    private void OnCancel(Cancel cancel)
    {
        if (_current?.Batch.Remove(cancel.Id) is true)
        {
            Release(cancel.Id);
            ReportOccupancy();
        }
    }

    private void OnStep()
    {
        _stepIsDue = false;
        if (_current is not { Batch: var batch })
        {
            return;
        }
        batch.Step();
        foreach (var sampled in batch.Sampled)
        {
            _readers[sampled.Id].Tell(new Sampled(sampled.Token, sampled.Finished));
            if (sampled.Finished is not null)
            {
                Release(sampled.Id);
            }
        }
        foreach (var failed in batch.Failed)
        {
            _log.Error(failed.Cause, "Request {0} failed in the engine", failed.Id);
            _readers[failed.Id].Tell(new Failed(failed.Cause.Message));
            Release(failed.Id);
        }
        ReportOccupancy();
        StepIfThereIsWork();
    }

    private void StepIfThereIsWork()
    {
        if (!_stepIsDue && _current is { Batch.HasWork: true })
        {
            _stepIsDue = true;
            Self.Tell(Step.Instance);
        }
    }

    private void Release(RequestId id)
    {
        _readers.Remove(id, out var reader);
        reader.Tell(Released.Instance);
    }

    private void ReportOccupancy()
    {
        var running = _current?.Batch.Running ?? 0;
        if (running != _reportedRunning)
        {
            _reportedRunning = running;
            Context.Parent.Tell(new Occupancy(running));
        }
    }

    /// <summary>Ends what still runs, which is nothing unless the engine breaks or stops, and frees all memory.</summary>
    private void GiveUpModel(string reason)
    {
        foreach (var reader in _readers.Values)
        {
            reader.Tell(new Failed(reason));
            reader.Tell(Released.Instance);
        }
        _readers.Clear();
        var current = _current;
        _current = null;
        current?.Dispose();
    }

    private sealed record Step
    {
        public static Step Instance { get; } = new();
    }

    private sealed record Running(ModelLocation Location, LoadedModel Model, BatchRunner Batch) : IDisposable
    {
        public void Dispose()
        {
            Batch.Dispose();
            Model.Dispose();
        }
    }
}
