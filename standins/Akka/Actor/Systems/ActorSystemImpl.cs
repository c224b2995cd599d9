using System.Collections.Concurrent;
using Akka.Actor.Cells;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.Actor;

internal sealed class ActorSystemImpl : ExtendedActorSystem
{
    private readonly ConcurrentDictionary<Type, Lazy<object>> _extensions = new();
    private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<Action> _onTermination = new();
    private readonly LocalActorRef _root;
    private long _uids;
    private long _temps;

    public ActorSystemImpl(string name, Config config, ActorSystemSetup setup)
    {
        Name = name;
        Settings = new Settings(this, config, setup);
        var rootPath = new ActorPath(new Address("akka", name));
        EventStream = new EventStream(Settings.Config.GetBoolean("akka.actor.debug.event-stream"));
        EventStream.SetLogLevel(Logging.LogLevelFor(Settings.Config.GetString("akka.loglevel")));
        Log = Logging.GetLogger(EventStream, $"ActorSystem({name})");
        DeadLetterRef = new DeadLetterActorRef(this, rootPath / "deadLetters");
        Dispatchers = new Dispatchers(Settings.Config);
        Scheduler = CreateScheduler();
        _root = new LocalActorRef(this, Props.Create<RootGuardian>(), new TopRef(this, rootPath), rootPath);
    }

    public override string Name { get; }

    public override Settings Settings { get; }

    public override EventStream EventStream { get; }

    public override IActorRef DeadLetters => DeadLetterRef;

    public DeadLetterActorRef DeadLetterRef { get; }

    public override Dispatchers Dispatchers { get; }

    public override IScheduler Scheduler { get; }

    public override ILoggingAdapter Log { get; }

    public override Task WhenTerminated => _terminated.Task;

    public LocalActorRef Guardian { get; private set; }

    public LocalActorRef SystemGuardian { get; private set; }

    public LoggerRegistry Loggers { get; private set; }

    /// <summary>The system that a reference belongs to, or null.</summary>
    public static ActorSystemImpl Of(IActorRef target) => (target as IInternalActorRef)?.System;

    public void Start()
    {
        _root.SendSystemMessage(new SystemMessage.Create());
        SystemGuardian = (LocalActorRef)_root.Cell.ActorOf(Props.Create<Guardian>(), "system");
        Guardian = (LocalActorRef)_root.Cell.ActorOf(Props.Create<Guardian>(), "user");
        _root.Tell(RootGuardian.Begin.Instance, _root);
        Loggers = LoggerRegistry.Start(this);
        _ = CoordinatedShutdown.Get(this);
    }

    public override IActorRef ActorOf(Props props, string name = null) => Guardian.Cell.ActorOf(props, name);

    public override IActorRef SystemActorOf(Props props, string name = null) => SystemGuardian.Cell.ActorOf(props, name);

    public override IActorRef SystemActorOf<TActor>(string name = null) => SystemActorOf(Props.Create<TActor>(), name);

    public override ActorSelection ActorSelection(ActorPath actorPath) => new(_root, actorPath.Elements);

    public override ActorSelection ActorSelection(string actorPath)
    {
        var own = _root.Path.Address.ToString();
        if (actorPath.StartsWith(own + "/", StringComparison.Ordinal))
            return new ActorSelection(_root, actorPath[own.Length..]);
        return actorPath.StartsWith('/') ? new ActorSelection(_root, actorPath) : new ActorSelection(Guardian, actorPath);
    }

    public override void Stop(IActorRef actor) => ((IInternalActorRef)actor).SendSystemMessage(new SystemMessage.Terminate());

    public override Task Terminate()
    {
        if (Settings.Config.GetBoolean("akka.coordinated-shutdown.run-by-actor-system-terminate"))
            _ = CoordinatedShutdown.Get(this).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
        else
            FinalTerminate();
        return WhenTerminated;
    }

    public void FinalTerminate()
    {
        if (!Settings.Config.GetBoolean("akka.log-dead-letters-during-shutdown"))
            Loggers?.StopDeadLetterLog();
        Stop(Guardian);
    }

    public override void RegisterOnTermination(Action code)
    {
        if (WhenTerminated.IsCompleted)
            throw new InvalidOperationException("ActorSystem already terminated.");
        _onTermination.Enqueue(code);
    }

    public override object RegisterExtension(IExtensionId extension) =>
        _extensions.GetOrAdd(extension.ExtensionType, _ => new Lazy<object>(() => extension.CreateExtension(this))).Value;

    public override T GetExtension<T>() => TryGetExtension<T>(out var extension) ? extension : null;

    public override bool HasExtension<T>() => TryGetExtension<T>(out _);

    public override bool TryGetExtension<T>(out T extension)
    {
        extension = _extensions.TryGetValue(typeof(T), out var made) ? (T)made.Value : null;
        return extension is not null;
    }

    public long NextUid() => Interlocked.Increment(ref _uids);

    public ActorPath TempPath() => _root.Path / "temp" / $"$t{Interlocked.Increment(ref _temps)}";

    private IScheduler CreateScheduler()
    {
        var name = Settings.Config.GetString("akka.scheduler.implementation");
        var type = TypeNames.Find(name)
            ?? throw new ConfigurationException($"akka.scheduler.implementation: there is no type [{name}]");
        return (IScheduler)Activator.CreateInstance(type, Settings.Config, Log);
    }

    private void Ended()
    {
        while (_onTermination.TryDequeue(out var code))
            code();
        (Scheduler as IDisposable)?.Dispose();
        Dispatchers.Shutdown();
        _terminated.TrySetResult();
    }

    /// <summary>Stands above the root: learns of its end and of failures nobody else took.</summary>
    private sealed class TopRef(ActorSystemImpl system, ActorPath root) : MinimalActorRef
    {
        public override ActorPath Path { get; } = root / "_top";

        private protected override ActorSystemImpl OwnSystem => system;

        private protected override void ReceiveSystem(SystemMessage message)
        {
            switch (message)
            {
                case SystemMessage.Failed failed:
                    system.Stop(failed.Child);
                    break;
                case SystemMessage.DeathWatchNotification:
                    // The root's own mailbox is still running: give its thread back first.
                    ThreadPool.UnsafeQueueUserWorkItem(_ => system.Ended(), null);
                    break;
            }
        }
    }
}
