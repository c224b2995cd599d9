using MlxActors.Actors.Protocol;

namespace MlxActors.Actors.Hosting;

/// <summary>How things stand, for those who must not wait for an actor's answer: the supervisor writes it down at each change. Thread-safe.</summary>
public sealed class StatusBoard
{
    private ModelSupervisorProtocol.Status? _latest;

    /// <summary>Null until the supervisor has started. That the engine hangs is not seen here.</summary>
    public ModelSupervisorProtocol.Status? Latest => Volatile.Read(ref _latest);

    internal void Publish(ModelSupervisorProtocol.Status status) => Volatile.Write(ref _latest, status);
}
