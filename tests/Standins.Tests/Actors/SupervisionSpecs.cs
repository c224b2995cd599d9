using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace MlxActors.Standins.Tests.Actors;

public sealed class SupervisionSpecs : TestKit
{
    public SupervisionSpecs() => EventFilter.Exception<InvalidOperationException>().Mute();

    [Fact]
    public async Task Failure_ByDefault_RestartsTheChildWithNewState()
    {
        var child = Child(SupervisorStrategy.DefaultStrategy);
        child.Tell("add", TestActor);
        child.Tell("fail", TestActor);
        child.Tell("state", TestActor);
        await ExpectMsgAsync("pre-restart");
        await ExpectMsgAsync("post-restart");
        await ExpectMsgAsync(0);
    }

    [Fact]
    public async Task Failure_Resumed_KeepsTheState()
    {
        var child = Child(new OneForOneStrategy(_ => Directive.Resume));
        child.Tell("add", TestActor);
        child.Tell("fail", TestActor);
        child.Tell("state", TestActor);
        await ExpectMsgAsync(1);
    }

    [Fact]
    public async Task Failure_Stopped_EndsTheChild()
    {
        var child = Child(SupervisorStrategy.StoppingStrategy);
        await WatchAsync(child);
        child.Tell("fail", TestActor);
        await ExpectMsgAsync("post-stop");
        await ExpectTerminatedAsync(child);
    }

    [Fact]
    public async Task Failure_Escalated_IsTheSupervisorsOwn()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Parent(new OneForOneStrategy(_ => Directive.Escalate), TestActor)));
        var child = await parent.Ask<IActorRef>("child", TimeSpan.FromSeconds(5));
        await WatchAsync(child);
        child.Tell("fail", TestActor);

        // The guardian restarts the supervisor, and that stops its children.
        await ExpectMsgAsync("post-stop");
        await ExpectTerminatedAsync(child);
        Assert.NotEqual(child, await parent.Ask<IActorRef>("child", TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Failures_BeyondTheLimit_StopTheChild()
    {
        var child = Child(new OneForOneStrategy(2, TimeSpan.FromMinutes(1), _ => Directive.Restart));
        await WatchAsync(child);
        for (var i = 0; i < 3; i++)
            child.Tell("fail", TestActor);
        await ExpectMsgAsync("pre-restart");
        await ExpectMsgAsync("post-restart");
        await ExpectMsgAsync("pre-restart");
        await ExpectMsgAsync("post-restart");
        await ExpectMsgAsync("post-stop");
        await ExpectTerminatedAsync(child);
    }

    [Fact]
    public async Task Restart_KeepsTheMailbox_AndDropsTheFailingMessage()
    {
        var child = Child(SupervisorStrategy.DefaultStrategy);
        child.Tell("fail", TestActor);
        child.Tell("add", TestActor);
        child.Tell("state", TestActor);
        await ExpectMsgAsync("pre-restart");
        await ExpectMsgAsync("post-restart");
        await ExpectMsgAsync(1);
    }

    [Fact]
    public async Task Constructor_ThatThrows_StopsTheActor()
    {
        using var muted = EventFilter.Exception<ActorInitializationException>().Mute();
        var actor = Sys.ActorOf(Props.Create(() => new Stillborn()));
        await WatchAsync(actor);
        await ExpectTerminatedAsync(actor);
    }

    [Fact]
    public async Task Kill_StopsTheActor()
    {
        using var muted = EventFilter.Exception<ActorKilledException>().Mute();
        var actor = Child(SupervisorStrategy.DefaultStrategy);
        await WatchAsync(actor);
        actor.Tell(Kill.Instance);
        await ExpectMsgAsync("post-stop");
        await ExpectTerminatedAsync(actor);
    }

    [Fact]
    public async Task AllForOne_RestartsTheSiblingsToo()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Parent(new AllForOneStrategy(_ => Directive.Restart), TestActor)));
        var first = await parent.Ask<IActorRef>("child", TimeSpan.FromSeconds(5));
        var second = await parent.Ask<IActorRef>("child", TimeSpan.FromSeconds(5));
        second.Tell("add", TestActor);
        second.Tell("state", TestActor);
        await ExpectMsgAsync(1);
        first.Tell("fail", TestActor);
        var restarts = new List<string>();
        for (var i = 0; i < 4; i++)
            restarts.Add(await ExpectMsgAsync<string>());
        Assert.Equal(2, restarts.Count(x => x == "post-restart"));
        second.Tell("state", TestActor);
        await ExpectMsgAsync(0);
    }

    private IActorRef Child(SupervisorStrategy strategy) => Sys
        .ActorOf(Props.Create(() => new Parent(strategy, TestActor)))
        .Ask<IActorRef>("child", TimeSpan.FromSeconds(5))
        .GetAwaiter()
        .GetResult();

    private sealed class Parent : ReceiveActor
    {
        private readonly SupervisorStrategy _strategy;

        public Parent(SupervisorStrategy strategy, IActorRef listener)
        {
            _strategy = strategy;
            Receive<string>(_ => Sender.Tell(Context.ActorOf(Props.Create(() => new Fallible(listener)))));
        }

        protected override SupervisorStrategy SupervisorStrategy() => _strategy;
    }

    private sealed class Fallible : ReceiveActor
    {
        private readonly IActorRef _listener;
        private int _state;

        public Fallible(IActorRef listener)
        {
            _listener = listener;
            Receive<string>(x => x == "add", _ => _state++);
            Receive<string>(x => x == "state", _ => Sender.Tell(_state));
            Receive<string>(x => x == "fail", _ => throw new InvalidOperationException("as told"));
        }

        protected override void PreRestart(Exception reason, object message) => _listener.Tell("pre-restart");

        protected override void PostRestart(Exception reason) => _listener.Tell("post-restart");

        protected override void PostStop() => _listener.Tell("post-stop");
    }

    private sealed class Stillborn : UntypedActor
    {
        public Stillborn() => throw new InvalidOperationException("not today");

        protected override void OnReceive(object message) => Unhandled(message);
    }
}
