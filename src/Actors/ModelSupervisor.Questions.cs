using Akka.Actor;
using MlxActors.Actors.Protocol;
using MlxActors.Generation;
using MlxActors.Generation.Supervision;
using MlxActors.Models;
using static MlxActors.Actors.Protocol.ModelSupervisorProtocol;
using Status = MlxActors.Actors.Protocol.ModelSupervisorProtocol.Status;

namespace MlxActors.Actors;

/// <summary>How things stand.</summary>
public sealed partial class ModelSupervisor
{
    /// <summary>Requests that wait for a model or for room.</summary>
    private int Waiting => Math.Max(0, _state.Queue.Count + _state.Active.Count - _running);

    private void ReceiveQuestions()
    {
        Receive<GetStatus>(_ => Sender.Tell(StatusNow()));
        Receive<GetHealth>(_ => OnGetHealth());
        Receive<GenerationProtocol.ReportProgress>(report =>
        {
            if (ProgressOf(report.Id) is { } progress)
            {
                Sender.Tell(progress);
            }
        });
    }

    private void OnGetHealth()
    {
        var status = StatusNow();
        if (status.State is State.Empty or State.Ready)
        {
            _engine.Tell(new EngineProtocol.Ping(status), Sender);
        }
        else
        {
            Sender.Tell(status);
        }
    }

    /// <summary>Null when the request does not wait.</summary>
    private GenerationEvent.Progress? ProgressOf(RequestId id)
    {
        var index = _state.Queue.FindIndex(waiting => waiting.Id == id);
        return index < 0 ? null
            : _state.Phase is ModelPhase.Loading(var next, _) && _state.Queue[index].Model == next ? new GenerationEvent.Loading(_loadProgress)
            : new GenerationEvent.Queued(index + 1);
    }

    private Status StatusNow()
    {
        var (state, model) = _state.Phase switch
        {
            ModelPhase.Empty => (State.Empty, (ModelLocation?)null),
            ModelPhase.Loading(var next, _) => (State.Loading, next),
            ModelPhase.Cancelling(var next, _) => (State.Loading, next),
            ModelPhase.Restoring(var previous) => (State.Loading, previous),
            ModelPhase.Ready(var ready) => (State.Ready, ready),
            ModelPhase.Draining(var draining, _) => (State.Draining, draining),
            ModelPhase.Dead => (State.Dead, null),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        var said = state is State.Dead ? state : _engineIsRestarting ? State.Restarting : _state.Closing ? State.Stopping : state;
        return new Status(said, model?.Id, _running, Waiting, _state.LastLoadError)
        {
            KvFreeBytes = _state.Phase is ModelPhase.Ready or ModelPhase.Draining ? _kvFree : null,
        };
    }

    private void Publish()
    {
        _options.Metrics.Engine.Waiting(Waiting);
        _options.Board.Publish(StatusNow());
    }
}
