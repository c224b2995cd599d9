using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace MlxActors.Standins.Tests.Actors;

public sealed class StashAndTimerSpecs : TestKit
{
    public StashAndTimerSpecs() => EventFilter.Exception<InvalidOperationException>().Mute();

    [Fact]
    public async Task UnstashAll_PutsMessagesBackInOrder_BeforeLaterOnes()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Gate()));
        actor.Tell(1, TestActor);
        actor.Tell(2, TestActor);
        actor.Tell("open", TestActor);
        actor.Tell(3, TestActor);
        await ExpectMsgAsync(1);
        await ExpectMsgAsync(2);
        await ExpectMsgAsync(3);
    }

    [Fact]
    public async Task Stash_KeepsTheSender()
    {
        var probe = CreateTestProbe();
        var actor = Sys.ActorOf(Props.Create(() => new Gate()));
        actor.Tell(1, probe.Ref);
        actor.Tell("open", TestActor);
        await probe.ExpectMsgAsync(1);
    }

    [Fact]
    public async Task Restart_UnstashesWhatWasStashed()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Gate()));
        actor.Tell(1, TestActor);
        actor.Tell("fail", TestActor);
        actor.Tell("open", TestActor);
        await ExpectMsgAsync(1);
    }

    [Fact]
    public async Task SingleTimer_FiresOnce()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Clock(TestActor)));
        actor.Tell("once");
        await ExpectMsgAsync("tick");
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task PeriodicTimer_FiresUntilCancelled()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Clock(TestActor)));
        actor.Tell("often");
        await ExpectMsgAsync("tick");
        await ExpectMsgAsync("tick");
        actor.Tell("cancel");
        await FishForMessageAsync(x => x is "cancelled");
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task Timer_OfTheSameKey_ReplacesTheFormer()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Clock(TestActor)));
        actor.Tell("twice");
        await ExpectMsgAsync("second");
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task Restart_CancelsTimers()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Clock(TestActor)));
        actor.Tell("often");
        await ExpectMsgAsync("tick");
        actor.Tell("fail");
        actor.Tell("active");
        var active = await FishForMessageAsync(x => x is bool);
        Assert.Equal(false, active);
    }

    private sealed class Gate : ReceiveActor, IWithUnboundedStash
    {
        public Gate()
        {
            Receive<int>(_ => Stash.Stash());
            Receive<string>(x => x == "fail", _ => throw new InvalidOperationException("as told"));
            Receive<string>(_ =>
            {
                Stash.UnstashAll();
                Become(() => Receive<int>(x => Sender.Tell(x)));
            });
        }

        public IStash Stash { get; set; } = null!;
    }

    private sealed class Clock : ReceiveActor, IWithTimers
    {
        public Clock(IActorRef listener)
        {
            var soon = TimeSpan.FromMilliseconds(20);
            Receive<string>(x => x == "once", _ => Timers.StartSingleTimer("key", new Tick("tick"), soon));
            Receive<string>(x => x == "often", _ => Timers.StartPeriodicTimer("key", new Tick("tick"), soon));
            Receive<string>(x => x == "twice", _ =>
            {
                Timers.StartSingleTimer("key", new Tick("first"), soon);
                Timers.StartSingleTimer("key", new Tick("second"), soon);
            });
            Receive<string>(x => x == "cancel", _ =>
            {
                Timers.Cancel("key");
                listener.Tell("cancelled");
            });
            Receive<string>(x => x == "active", _ => listener.Tell(Timers.IsTimerActive("key")));
            Receive<string>(x => x == "fail", _ => throw new InvalidOperationException("as told"));
            Receive<Tick>(x => listener.Tell(x.Text));
        }

        public ITimerScheduler Timers { get; set; } = null!;
    }

    private sealed record Tick(string Text);
}
