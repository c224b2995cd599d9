using Akka.Actor;
using MlxActors.Actors.Protocol;
using MlxActors.Generation;
using MlxActors.Generation.Supervision;
using MlxActors.Models;
using MlxActors.Native.Results;
using static MlxActors.Actors.Protocol.ModelSupervisorProtocol;

namespace MlxActors.Actors;

/// <summary>The end of a model that nobody uses, and of the server.</summary>
public sealed partial class ModelSupervisor
{
    private IActorRef? _toldToShutDown;

    private void ReceiveShutdown()
    {
        Receive<BeginShutdown>(_ =>
        {
            _toldToShutDown = Sender;
            Timers.StartSingleTimer(DeadlineOver.Instance, DeadlineOver.Instance, _settings.ShutdownDeadline);
            Apply(new SupervisorEvent.Closed());
            ShutDownWhenNobodyIsLeft();
        });
        Receive<DeadlineOver>(_ =>
        {
            foreach (var generation in _generations.Values)
            {
                generation.Tell(new GenerationProtocol.Refused(new GenerationError.ShuttingDown()));
            }
        });
    }

    private void ShutDownWhenNobodyIsLeft()
    {
        if (_toldToShutDown is { } asker && _generations.Count == 0)
        {
            _toldToShutDown = null;
            Timers.Cancel(DeadlineOver.Instance);
            asker.Tell(ShutDown.Instance);
        }
    }

    private void WatchIdleness()
    {
        if (!_state.IsIdle || _keepAlive is not { } after)
        {
            Timers.Cancel(IdleOver.Instance);
        }
        else if (after == TimeSpan.Zero)
        {
            Apply(new SupervisorEvent.IdleOver());
        }
        else if (!Timers.IsTimerActive(IdleOver.Instance))
        {
            Timers.StartSingleTimer(IdleOver.Instance, IdleOver.Instance, after);
        }
    }

    /// <summary>The time of the alias that stands for this model, else that of all; null: for ever.</summary>
    private TimeSpan? KeepAliveOf(ModelLocation model)
    {
        foreach (var (alias, time) in _settings.KeepAlive)
        {
            if (IsNamed(model, alias))
            {
                return time;
            }
        }
        return _settings.IdleUnload;
    }

    private EngineProtocol.Loaded WithWindow(EngineProtocol.Loaded loaded) => loaded with
    {
        Info = loaded.Info with
        {
            ContextWindow = _settings.Windows.Lowered(loaded.Info.ContextWindow, alias => IsNamed(loaded.Model, alias)),
        },
    };

    private bool IsNamed(ModelLocation model, string alias) =>
        Resolve(alias) is Result<ModelLocation, GenerationError>.Ok(var named) && named == model;

    private sealed record DeadlineOver
    {
        public static DeadlineOver Instance { get; } = new();
    }
}
