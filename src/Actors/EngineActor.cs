using Akka.Actor;
using Akka.Event;
using MlxActors.Actors.Hosting;
using MlxActors.Generation;
using MlxActors.Generation.Batching;
using MlxActors.Models;
using static MlxActors.Actors.Protocol.EngineProtocol;

namespace MlxActors.Actors;

/// <summary>
/// Owns the loaded model; the only one that touches tensors, on a thread of its own. Works by telling itself <see cref="Step"/>, so that
/// other messages get in between two steps. What a step throws ends the requests that were in it, and the engine goes on; when steps keep
/// failing, or something else throws, it breaks, and starts anew without a model.
/// </summary>
public sealed partial class EngineActor : ReceiveActor
{
    public const string DispatcherPath = "mlxactors.engine-dispatcher";

    private readonly LoadModel _load;
    private readonly MlxActorsSettings _settings;
    private readonly ActorMetrics _metrics;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<RequestId, IActorRef> _readers = [];
    private Running? _current;
    private bool _stepIsDue;
    private Occupancy _reported = new(0, null);
    private int _failedSteps;

    public EngineActor(LoadModel load, MlxActorsSettings settings, ActorMetrics metrics)
    {
        (_load, _settings, _metrics) = (load, settings, metrics);
        Receive<Load>(OnLoad);
        Receive<Unload>(_ => GiveUpModel(Failure("the model was unloaded"), Released.Instance));
        Receive<Admit>(OnAdmit);
        Receive<Cancel>(OnCancel);
        Receive<Grant>(grant =>
        {
            _current?.Batch.Grant(grant.Id, grant.Tokens);
            StepIfThereIsWork();
        });
        Receive<ReportProgress>(OnReportProgress);
        Receive<Ping>(ping => Sender.Tell(ping.Answer));
        Receive<Step>(_ => OnStep());
    }

    public static Props Props(LoadModel load, MlxActorsSettings settings, ActorMetrics metrics) =>
        Akka.Actor.Props.Create(() => new EngineActor(load, settings, metrics)).WithDispatcher(DispatcherPath);

    /// <summary>The supervisor hears of it first: those who come back to it for another try must find it without a model.</summary>
    protected override void PreRestart(Exception reason, object message)
    {
        Context.Parent.Tell(new Broke(reason.Message));
        _metrics.Restarted();
        GiveUpModel(new Lost(reason.Message));
    }

    protected override void PostRestart(Exception reason)
    {
        base.PostRestart(reason);
        Context.Parent.Tell(Restarted.Instance);
    }

    protected override void PostStop() => GiveUpModel(Failure("the engine was stopped"), Released.Instance);

    private static Failed Failure(string reason) => new(new GenerationError.EngineFailed(reason));

    private void OnAdmit(Admit admit)
    {
        if (_current is not { } current || current.Location != admit.Model)
        {
            // It was on its way here when the engine broke.
            admit.ReplyTo.Tell(new Lost("its model is gone"));
        }
        else if (current.Batch.Admit(admit.Request) is { } error)
        {
            admit.ReplyTo.Tell(new Failed(error));
            admit.ReplyTo.Tell(Released.Instance);
        }
        else
        {
            _readers.Add(admit.Request.Id, admit.ReplyTo);
            StepIfThereIsWork();
        }
    }

    private void OnCancel(Cancel cancel)
    {
        if (_current?.Batch.Remove(cancel.Id) is true)
        {
            Release(cancel.Id);
            ReportOccupancy();
            // Its memory may be what another one waits for.
            StepIfThereIsWork();
        }
    }

    private void OnReportProgress(ReportProgress report)
    {
        if (_current?.Batch.ProgressOf(report.Id) is { } progress)
        {
            Sender.Tell(progress);
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
        _metrics.Engine.Stepped(batch);
        foreach (var sampled in batch.Sampled)
        {
            _readers[sampled.Id].Tell(new Sampled(sampled.Token, sampled.Finished, sampled.Scores, sampled.CachedTokens, sampled.Speculation));
            if (sampled.Finished is not null)
            {
                Release(sampled.Id);
            }
        }
        foreach (var failed in batch.Failed)
        {
            _log.Error(failed.Cause, "Request {0} failed in the engine", failed.Id);
            _readers[failed.Id].Tell(Failure(failed.Cause.Message));
            Release(failed.Id);
        }
        ReportOccupancy();
        BreakIfItKeepsFailing(batch.Failed);
        StepIfThereIsWork();
    }

    private void BreakIfItKeepsFailing(ReadOnlySpan<FailedSequence> failed)
    {
        _failedSteps = failed.IsEmpty ? 0 : _failedSteps + 1;
        if (_failedSteps >= _settings.RestartAfter)
        {
            throw new EngineBrokenException($"{_failedSteps} steps in a row failed, the last with: {failed[^1].Cause.Message}", failed[^1].Cause);
        }
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
        var (running, kvFree) = (_current?.Batch.Running ?? 0, _current?.Batch.KvFreeBytes);
        _metrics.Occupied(running, _current?.Batch.KvBytes ?? 0);
        _metrics.Kept(_current?.Batch.Prefixes ?? default);
        if (running != _reported.Running || kvFree != _reported.KvFreeBytes)
        {
            _reported = new Occupancy(running, kvFree);
            Context.Parent.Tell(_reported);
        }
    }

    private sealed record Step
    {
        public static Step Instance { get; } = new();
    }

    private sealed class EngineBrokenException(string message, Exception cause) : Exception(message, cause);
}
