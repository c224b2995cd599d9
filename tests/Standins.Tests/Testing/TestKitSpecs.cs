using Akka.Actor;
using Akka.Event;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.TestKit;
using Xunit.Sdk;

namespace MlxActors.Standins.Tests.Testing;

public sealed class TestKitSpecs : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task ExpectMsg_OfAnotherValue_Fails()
    {
        TestActor.Tell("one");
        await Assert.ThrowsAnyAsync<XunitException>(async () => await ExpectMsgAsync("two"));
    }

    [Fact]
    public async Task ExpectMsg_OfAnotherType_Fails()
    {
        TestActor.Tell("one");
        await Assert.ThrowsAnyAsync<XunitException>(async () => await ExpectMsgAsync<int>());
    }

    [Fact]
    public async Task ExpectMsg_InVain_Fails() =>
        await Assert.ThrowsAnyAsync<XunitException>(async () => await ExpectMsgAsync<string>(Short));

    [Fact]
    public async Task ExpectNoMsg_WithAMessage_Fails()
    {
        TestActor.Tell("one");
        await Assert.ThrowsAnyAsync<XunitException>(async () => await ExpectNoMsgAsync(Short));
    }

    [Fact]
    public void ExpectMsg_Synchronous_Works()
    {
        TestActor.Tell("one");
        Assert.Equal("one", ExpectMsg<string>());
        TestActor.Tell("two");
        ExpectMsg("two");
        TestActor.Tell("three");
        ExpectMsg<string>(x => x.Length == 5);
        ExpectNoMsg(Short);
    }

    [Fact]
    public async Task FishForMessage_ThrowsOthersAway()
    {
        TestActor.Tell(1);
        TestActor.Tell("two");
        TestActor.Tell(3);
        Assert.Equal(3, await FishForMessageAsync(x => x is 3));
    }

    [Fact]
    public async Task ReceiveOne_InVain_IsNull() => Assert.Null(await ReceiveOneAsync(Short));

    [Fact]
    public async Task Probe_RepliesToTheLastSender()
    {
        var probe = CreateTestProbe("probe");
        probe.Send(TestActor, "question");
        await ExpectMsgAsync("question");
        LastSender.Tell("answer");
        await probe.ExpectMsgAsync("answer");
        probe.Reply("thanks");
        await ExpectMsgAsync("thanks");
    }

    [Fact]
    public async Task Probe_IsAReference()
    {
        var probe = CreateTestProbe();
        IActorRef reference = probe;
        reference.Tell("to the probe", TestActor);
        await probe.ExpectMsgAsync("to the probe");
        await WatchAsync(probe);
        Sys.Stop(probe);
        await ExpectTerminatedAsync(probe);
    }

    [Fact]
    public async Task AutoPilot_Answers()
    {
        var probe = CreateTestProbe();
        probe.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            sender.Tell($"re: {message}", ActorRefs.NoSender);
            return AutoPilot.KeepRunning;
        }));
        Assert.Equal("re: a", await probe.Ref.Ask<string>("a", TimeSpan.FromSeconds(5)));
        Assert.Equal("re: b", await probe.Ref.Ask<string>("b", TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task IgnoreMessages_HidesThem()
    {
        IgnoreMessages(x => x is int);
        TestActor.Tell(1);
        TestActor.Tell("seen");
        await ExpectMsgAsync("seen");
    }

    [Fact]
    public async Task EventFilter_OfAWarning_SeesIt() =>
        await EventFilter.Warning(contains: "nearly full").ExpectOneAsync(() =>
        {
            Sys.Log.Warning("the cache is {0}", "nearly full");
            return Task.CompletedTask;
        });

    [Fact]
    public async Task EventFilter_OfAnException_SeesItsType() =>
        await EventFilter.Exception<InvalidOperationException>().ExpectAsync(2, () =>
        {
            Sys.Log.Error(new InvalidOperationException("first"), "failed");
            Sys.Log.Error(new InvalidOperationException("second"), "failed");
            return Task.CompletedTask;
        });

    [Fact]
    public async Task EventFilter_OfADeadLetter_SeesIt() =>
        await EventFilter.DeadLetter<string>().ExpectOneAsync(() =>
        {
            Sys.DeadLetters.Tell("to nobody");
            return Task.CompletedTask;
        });

    [Fact]
    public async Task AwaitAssert_TriesUntilItHolds()
    {
        var tries = 0;
        await AwaitAssertAsync(() => Assert.True(++tries > 3), TimeSpan.FromSeconds(5));
        Assert.Equal(4, tries);
    }
}

public sealed class TestSchedulerSpecs() : Akka.TestKit.Xunit2.TestKit(
    "akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
{
    private TestScheduler Clock => (TestScheduler)Sys.Scheduler;

    [Fact]
    public async Task Advance_FiresWhatIsDue_AndNoMore()
    {
        Clock.ScheduleTellOnce(TimeSpan.FromMinutes(1), TestActor, "first", ActorRefs.NoSender);
        Clock.ScheduleTellOnce(TimeSpan.FromMinutes(5), TestActor, "second", ActorRefs.NoSender);
        Clock.Advance(TimeSpan.FromMinutes(2));
        await ExpectMsgAsync("first");
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        Clock.Advance(TimeSpan.FromMinutes(3));
        await ExpectMsgAsync("second");
    }

    [Fact]
    public async Task Timers_OfActors_FollowTheClock()
    {
        Sys.ActorOf(Props.Create(() => new Hourly(TestActor)));
        await ExpectMsgAsync("ready");
        Clock.Advance(TimeSpan.FromHours(1));
        await ExpectMsgAsync("an hour");
        Clock.Advance(TimeSpan.FromHours(1));
        await ExpectMsgAsync("an hour");
    }

    [Fact]
    public async Task Tick_OfAStream_FollowsTheClock()
    {
        Source.Tick(TimeSpan.FromHours(1), TimeSpan.FromHours(1), "tick").RunWith(Sink.ActorRef<string>(TestActor, "end", x => x), Sys.Materializer());
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(200));
        Clock.Advance(TimeSpan.FromHours(1));
        await ExpectMsgAsync("tick");
    }

    private sealed class Hourly : ReceiveActor, IWithTimers
    {
        private readonly IActorRef _listener;

        public Hourly(IActorRef listener)
        {
            _listener = listener;
            Receive<string>(message => listener.Tell(message));
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart()
        {
            Timers.StartPeriodicTimer("hour", "an hour", TimeSpan.FromHours(1));
            _listener.Tell("ready");
        }
    }
}
