using System.Threading.Channels;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>A system, an actor whose mail the test reads, and what one expects of that mail.</summary>
public abstract partial class TestKitBase : IActorRefFactory
{
    private static readonly Config Reference = ConfigurationFactory.ParseString("""
        akka {
          loglevel = DEBUG
          loggers = ["Akka.TestKit.TestEventListener, Akka.TestKit"]
          test {
            timefactor = 1.0
            filter-leeway = 3s
            single-expect-default = 3s
            expect-no-message-default = 100ms
            default-timeout = 5s
          }
        }
        """);

    private static int _testActors;
    private readonly Channel<Envelope> _mail = Channel.CreateUnbounded<Envelope>();
    private readonly ITestKitAssertions _assertions;
    private Envelope _last;

    private protected TestKitBase(
        ITestKitAssertions assertions, ActorSystem system, ActorSystemSetup setup, string actorSystemName, string testActorName)
    {
        _assertions = assertions;
        Sys = system ?? ActorSystem.Create(actorSystemName ?? "test", WithReference(setup));
        Sys.Settings.InjectTopLevelFallback(Reference);
        TestKitSettings = new TestKitSettings(Sys.Settings.Config);
        var name = testActorName ?? $"testActor{Interlocked.Increment(ref _testActors)}";
        TestActor = ((ExtendedActorSystem)Sys).SystemActorOf(Props.Create(() => new InternalTestActor(_mail.Writer)), name);
        if (this is not TestProbe)
            ImplicitSender.Value = TestActor;
    }

    public static Config DefaultConfig => Reference;

    public ActorSystem Sys { get; }

    public TestKitSettings TestKitSettings { get; }

    /// <summary>The actor whose mail this kit reads; also the sender of what the test itself tells.</summary>
    public IActorRef TestActor { get; }

    public IActorRef LastSender => _last.Sender;

    public object LastMessage => _last.Message;

    public bool HasMessages => _mail.Reader.Count > 0;

    public ILoggingAdapter Log => Sys.Log;

    public EventFilterFactory EventFilter => new(this);

    private protected ITestKitAssertions KitAssertions => _assertions;

    public IActorRef ActorOf(Props props) => Sys.ActorOf(props);

    public IActorRef ActorOf(Props props, string name) => Sys.ActorOf(props, name);

    public IActorRef ActorOf<TActor>()
        where TActor : ActorBase, new() => Sys.ActorOf(Props.Create<TActor>());

    public IActorRef ActorOf<TActor>(string name)
        where TActor : ActorBase, new() => Sys.ActorOf(Props.Create<TActor>(), name);

    public IActorRef ActorOf<TActor>(System.Linq.Expressions.Expression<Func<TActor>> factory)
        where TActor : ActorBase => Sys.ActorOf(Props.Create(factory));

    public IActorRef ActorOf<TActor>(System.Linq.Expressions.Expression<Func<TActor>> factory, string name)
        where TActor : ActorBase => Sys.ActorOf(Props.Create(factory), name);

    IActorRef IActorRefFactory.ActorOf(Props props, string name) => Sys.ActorOf(props, name);

    public ActorSelection ActorSelection(ActorPath actorPath) => Sys.ActorSelection(actorPath);

    public ActorSelection ActorSelection(string actorPath) => Sys.ActorSelection(actorPath);

    public virtual TestProbe CreateTestProbe(string name = null) => CreateTestProbe(Sys, name);

    public virtual TestProbe CreateTestProbe(ActorSystem system, string name = null) => new(system, _assertions, name);

    /// <summary>Watches with the test actor; <see cref="ExpectTerminated"/> hears of the end.</summary>
    public IActorRef Watch(IActorRef actorToWatch) => WatchAsync(actorToWatch).GetAwaiter().GetResult();

    public async Task<IActorRef> WatchAsync(IActorRef actorToWatch)
    {
        await TestActor.Ask<InternalTestActor.Done>(new InternalTestActor.Watch(actorToWatch), Dilated(TestKitSettings.DefaultTimeout)).ConfigureAwait(false);
        return actorToWatch;
    }

    public IActorRef Unwatch(IActorRef actorToUnwatch) => UnwatchAsync(actorToUnwatch).GetAwaiter().GetResult();

    public async Task<IActorRef> UnwatchAsync(IActorRef actorToUnwatch)
    {
        await TestActor.Ask<InternalTestActor.Done>(new InternalTestActor.Unwatch(actorToUnwatch), Dilated(TestKitSettings.DefaultTimeout)).ConfigureAwait(false);
        return actorToUnwatch;
    }

    public void IgnoreMessages(Func<object, bool> shouldIgnoreMessage) =>
        TestActor.Tell(new InternalTestActor.SetIgnore(shouldIgnoreMessage), ActorRefs.NoSender);

    public void IgnoreMessages<TMsg>() => IgnoreMessages(message => message is TMsg);

    public void IgnoreNoMessages() => IgnoreMessages(_ => false);

    public void SetAutoPilot(AutoPilot pilot) => TestActor.Tell(new InternalTestActor.SetPilot(pilot), ActorRefs.NoSender);

    public virtual void Shutdown(TimeSpan? duration = null, bool verifySystemShutdown = false) =>
        Shutdown(Sys, duration, verifySystemShutdown);

    protected virtual void Shutdown(ActorSystem system, TimeSpan? duration = null, bool verifySystemShutdown = false)
    {
        var ended = system.Terminate().Wait(duration ?? Dilated(TimeSpan.FromSeconds(5)));
        if (!ended && verifySystemShutdown)
            throw new TimeoutException($"Failed to stop [{system.Name}]");
    }

    private static ActorSystemSetup WithReference(ActorSystemSetup setup)
    {
        var bootstrap = setup.Get<BootstrapSetup>().GetOrElse(BootstrapSetup.Create());
        return setup.WithSetup(bootstrap.WithConfigFallback(Reference));
    }
}

public class TestKitSettings(Config config) : IExtension
{
    private readonly Config _config = config.GetConfig("akka.test");

    public TimeSpan DefaultTimeout => _config.GetTimeSpan("default-timeout");

    public TimeSpan SingleExpectDefault => _config.GetTimeSpan("single-expect-default");

    public TimeSpan ExpectNoMessageDefault => _config.GetTimeSpan("expect-no-message-default");

    public TimeSpan TestEventFilterLeeway => _config.GetTimeSpan("filter-leeway");

    public double TestTimeFactor => _config.GetDouble("timefactor", 1);
}
