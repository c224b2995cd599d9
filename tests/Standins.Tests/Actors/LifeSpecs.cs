using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace MlxActors.Standins.Tests.Actors;

public sealed class LifeSpecs : TestKit
{
    [Fact]
    public async Task PoisonPill_StopsAfterTheMessagesBeforeIt()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Echo()));
        await WatchAsync(actor);
        actor.Tell("last", TestActor);
        actor.Tell(PoisonPill.Instance, TestActor);
        await ExpectMsgAsync("last");
        await ExpectTerminatedAsync(actor);
    }

    [Fact]
    public async Task Watch_OfAnActorThatHasEnded_ReportsAtOnce()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Echo()));
        Assert.True(await actor.GracefulStop(TimeSpan.FromSeconds(5)));
        await WatchAsync(actor);
        await ExpectTerminatedAsync(actor);
    }

    [Fact]
    public async Task WatchWith_SendsTheGivenMessage()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Echo()));
        Sys.ActorOf(Props.Create(() => new Watcher(actor, TestActor)));
        await ExpectMsgAsync("watching");
        Sys.Stop(actor);
        await ExpectMsgAsync("it is gone");
    }

    [Fact]
    public async Task Unwatch_ForgetsTheEnd()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Echo()));
        await WatchAsync(actor);
        await UnwatchAsync(actor);
        await actor.GracefulStop(TimeSpan.FromSeconds(5));
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task UnhandledTerminated_FailsTheWatcher()
    {
        using var muted = EventFilter.Exception<DeathPactException>().Mute();
        var actor = Sys.ActorOf(Props.Create(() => new Echo()));
        var pact = Sys.ActorOf(Props.Create(() => new Pact(actor, TestActor)));
        await ExpectMsgAsync("watching");
        await WatchAsync(pact);
        Sys.Stop(actor);
        await ExpectTerminatedAsync(pact);
    }

    [Fact]
    public async Task Stop_EndsTheChildrenFirst()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Family(TestActor, 2)));
        await ExpectMsgAsync("born");
        await ExpectMsgAsync("born");
        Sys.Stop(parent);
        await ExpectMsgAsync("end 0");
        await ExpectMsgAsync("end 1");
        await ExpectMsgAsync("end 2");
    }

    [Fact]
    public async Task Context_ChildAndParent_AreTheRelatives()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Family(TestActor, 1)), "parent");
        await ExpectMsgAsync("born");
        Assert.Equal(parent.Path, LastSender.Path.Parent);
        Assert.Equal("child-1", LastSender.Path.Name);
    }

    [Fact]
    public async Task GracefulStop_OfAnActorThatDoesNotStop_IsFalse()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Deaf()));
        Assert.False(await actor.GracefulStop(TimeSpan.FromMilliseconds(100), "ignored"));
    }

    [Fact]
    public async Task Terminate_EndsEveryActor()
    {
        var system = ActorSystem.Create("short-lived");
        var actor = system.ActorOf(Props.Create(() => new Family(TestActor, 1)));
        await ExpectMsgAsync("born");
        await system.Terminate().WaitAsync(TimeSpan.FromSeconds(10));
        await ExpectMsgAsync("end 0");
        await ExpectMsgAsync("end 1");
        Assert.True(system.WhenTerminated.IsCompleted);
        Assert.NotNull(actor);
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(message => Sender.Tell(message, ActorRefs.NoSender));
    }

    private sealed class Deaf : ReceiveActor
    {
        public Deaf() => ReceiveAny(_ => { });
    }

    private sealed class Watcher : ReceiveActor
    {
        public Watcher(IActorRef subject, IActorRef listener)
        {
            Context.WatchWith(subject, "it is gone");
            Receive<string>(message => listener.Tell(message));
            listener.Tell("watching");
        }
    }

    private sealed class Pact : ReceiveActor
    {
        public Pact(IActorRef subject, IActorRef listener)
        {
            Context.Watch(subject);
            listener.Tell("watching");
        }
    }

    private sealed class Family : ReceiveActor
    {
        private readonly IActorRef _listener;
        private readonly int _generations;

        public Family(IActorRef listener, int generations)
        {
            _listener = listener;
            _generations = generations;
            if (generations == 0)
                return;
            Context.ActorOf(Props.Create(() => new Family(listener, generations - 1)), $"child-{generations}");
        }

        protected override void PreStart()
        {
            if (Self.Path.Name.StartsWith("child", StringComparison.Ordinal))
                _listener.Tell("born");
        }

        protected override void PostStop() => _listener.Tell($"end {_generations}");
    }
}
