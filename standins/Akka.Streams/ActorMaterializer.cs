using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Pattern;
using Akka.Streams.Dsl;
using Akka.Streams.Implementation;

namespace Akka.Streams;

/// <summary>Runs streams; an actor of its own stands for its life, and when that ends they stop abruptly.</summary>
public abstract class ActorMaterializer : IMaterializer, IDisposable
{
    public abstract ActorSystem System { get; }

    public abstract ActorMaterializerSettings Settings { get; }

    public abstract IActorRef Supervisor { get; }

    public abstract bool IsShutdown { get; }

    public abstract MessageDispatcher ExecutionContext { get; }

    public static ActorMaterializer Create(IActorRefFactory context, ActorMaterializerSettings settings = null, string namePrefix = null) =>
        context switch
        {
            ActorSystem system => new SystemMaterializerExtension().Get(system).Materializer,
            IActorContext actor => new ActorMaterializerImpl(actor.System, actor.ActorOf, settings),
            _ => throw new ArgumentException($"ActorRefFactory context must be an ActorSystem or ActorContext, got [{context?.GetType()}]"),
        };

    public abstract TMat Materialize<TMat>(IGraph<ClosedShape, TMat> runnable);

    public abstract ICancelable ScheduleOnce(TimeSpan delay, Action action);

    public abstract ICancelable ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action);

    public abstract void Shutdown();

    public void Dispose()
    {
        Shutdown();
        GC.SuppressFinalize(this);
    }

    private sealed class SystemMaterializerExtension : ExtensionIdProvider<SystemMaterializer>
    {
        public override SystemMaterializer CreateExtension(ExtendedActorSystem system) =>
            new(new ActorMaterializerImpl(system, (props, _) => system.SystemActorOf(props), null));
    }

    private sealed class SystemMaterializer(ActorMaterializer materializer) : IExtension
    {
        public ActorMaterializer Materializer { get; } = materializer;
    }
}

internal sealed class ActorMaterializerImpl : ActorMaterializer
{
    private readonly ConcurrentDictionary<Island, bool> _running = new();
    private volatile bool _shutdown;

    public ActorMaterializerImpl(ActorSystem system, Func<Props, string, IActorRef> start, ActorMaterializerSettings settings)
    {
        System = system;
        Settings = settings ?? ActorMaterializerSettings.Create(system);
        Supervisor = start(Props.Create(() => new StreamSupervisor(this)), null);
    }

    public override ActorSystem System { get; }

    public override ActorMaterializerSettings Settings { get; }

    public override IActorRef Supervisor { get; }

    public override bool IsShutdown => _shutdown;

    public override MessageDispatcher ExecutionContext => System.Dispatchers.DefaultGlobalDispatcher;

    public override TMat Materialize<TMat>(IGraph<ClosedShape, TMat> runnable)
    {
        if (_shutdown)
            throw new IllegalStateException("Trying to materialize stream after materializer has been shutdown");
        var island = new Island(this);
        var materialized = ((RunnableGraph<TMat>)runnable).Build(island);
        _running[island] = true;
        island.Start();
        if (_shutdown)
            island.Abort();
        return materialized;
    }

    public override ICancelable ScheduleOnce(TimeSpan delay, Action action) =>
        System.Scheduler.Advanced.ScheduleOnceCancelable(delay, action);

    public override ICancelable ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) =>
        System.Scheduler.Advanced.ScheduleRepeatedlyCancelable(initialDelay, interval, action);

    public override void Shutdown() => System.Stop(Supervisor);

    public IActorRef ActorOf(Props props) => Supervisor.Ask<IActorRef>(props, TimeSpan.FromSeconds(5)).GetAwaiter().GetResult();

    public void Ended(Island island) => _running.TryRemove(island, out _);

    private void AbortAll()
    {
        _shutdown = true;
        foreach (var island in _running.Keys)
            island.Abort();
    }

    private sealed class StreamSupervisor(ActorMaterializerImpl materializer) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is Props props)
                Sender.Tell(Context.ActorOf(props));
        }

        protected override void PostStop() => materializer.AbortAll();
    }
}
