using System.Collections.Concurrent;
using Akka.Event;

namespace Akka.Actor;

public class CoordinatedShutdownExtension : ExtensionIdProvider<CoordinatedShutdown>
{
    public override CoordinatedShutdown CreateExtension(ExtendedActorSystem system) => new((ActorSystemImpl)system);
}

/// <summary>Ends a system in phases; the tasks of a phase run at the same time, and each phase has a time limit.</summary>
public sealed class CoordinatedShutdown : IExtension
{
    public const string PhaseBeforeServiceUnbind = "before-service-unbind";
    public const string PhaseServiceUnbind = "service-unbind";
    public const string PhaseServiceRequestsDone = "service-requests-done";
    public const string PhaseServiceStop = "service-stop";
    public const string PhaseBeforeClusterShutdown = "before-cluster-shutdown";
    public const string PhaseClusterShardingShutdownRegion = "cluster-sharding-shutdown-region";
    public const string PhaseClusterLeave = "cluster-leave";
    public const string PhaseClusterExiting = "cluster-exiting";
    public const string PhaseClusterExitingDone = "cluster-exiting-done";
    public const string PhaseClusterShutdown = "cluster-shutdown";
    public const string PhaseBeforeActorSystemTerminate = "before-actor-system-terminate";
    public const string PhaseActorSystemTerminate = "actor-system-terminate";

    private static readonly string[] Phases =
    [
        PhaseBeforeServiceUnbind, PhaseServiceUnbind, PhaseServiceRequestsDone, PhaseServiceStop,
        PhaseBeforeClusterShutdown, PhaseClusterShardingShutdownRegion, PhaseClusterLeave, PhaseClusterExiting,
        PhaseClusterExitingDone, PhaseClusterShutdown, PhaseBeforeActorSystemTerminate, PhaseActorSystemTerminate,
    ];

    private readonly ConcurrentDictionary<string, ConcurrentQueue<(string Name, Func<Task<Done>> Body)>> _tasks = new();
    private readonly Lock _gate = new();
    private readonly ActorSystemImpl _system;
    private Task<Done> _run;

    internal CoordinatedShutdown(ActorSystemImpl system)
    {
        _system = system;
        if (!system.Settings.Config.GetBoolean("akka.coordinated-shutdown.terminate-actor-system"))
            return;
        AddTask(PhaseActorSystemTerminate, "terminate-system", async () =>
        {
            system.FinalTerminate();
            await system.WhenTerminated.ConfigureAwait(false);
            return Done.Instance;
        });
    }

    public ExtendedActorSystem System => _system;

    public Reason ShutdownReason { get; private set; }

    public static CoordinatedShutdown Get(ActorSystem sys) => new CoordinatedShutdownExtension().Apply(sys);

    public void AddTask(string phase, string taskName, Func<Task<Done>> task)
    {
        if (!Phases.Contains(phase))
            throw new Configuration.ConfigurationException($"Unknown phase [{phase}]");
        _tasks.GetOrAdd(phase, _ => []).Enqueue((taskName, task));
    }

    public TimeSpan Timeout(string phase)
    {
        var config = _system.Settings.Config.GetConfig("akka.coordinated-shutdown");
        return config.GetTimeSpan($"phases.{phase}.timeout", config.GetTimeSpan("default-phase-timeout"));
    }

    /// <summary>Runs the phases; only the first call does, later ones give its task.</summary>
    public Task<Done> Run(Reason reason, string fromPhase = null)
    {
        lock (_gate)
        {
            if (_run is not null)
                return _run;
            ShutdownReason = reason;
            return _run = Task.Run(() => RunPhases(fromPhase));
        }
    }

    private async Task<Done> RunPhases(string fromPhase)
    {
        foreach (var phase in Phases.Skip(fromPhase is null ? 0 : Array.IndexOf(Phases, fromPhase)))
        {
            if (!_tasks.TryGetValue(phase, out var tasks))
                continue;
            var all = Task.WhenAll(tasks.Select(x => RunTask(phase, x.Name, x.Body)));
            try
            {
                await all.WaitAsync(Timeout(phase)).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                _system.Log.Warning("Coordinated shutdown phase [{0}] timed out after {1}", phase, Timeout(phase));
            }
        }

        return Done.Instance;
    }

    /// <summary>A task that fails does not keep the others from running.</summary>
    private async Task RunTask(string phase, string name, Func<Task<Done>> body)
    {
        try
        {
            await body().ConfigureAwait(false);
        }
        catch (Exception cause)
        {
            _system.Log.Warning("Task [{0}] failed in phase [{1}]: {2}", name, phase, cause.Message);
        }
    }

    public abstract class Reason
    {
        public abstract int ExitCode { get; }
    }

    public class UnknownReason : Reason
    {
        public static readonly Reason Instance = new UnknownReason();

        private UnknownReason()
        {
        }

        public override int ExitCode => 0;
    }

    public class ActorSystemTerminateReason : Reason
    {
        public static readonly Reason Instance = new ActorSystemTerminateReason();

        private ActorSystemTerminateReason()
        {
        }

        public override int ExitCode => 0;
    }

    public class ClrExitReason : Reason
    {
        public static readonly Reason Instance = new ClrExitReason();

        private ClrExitReason()
        {
        }

        public override int ExitCode => 0;
    }
}
