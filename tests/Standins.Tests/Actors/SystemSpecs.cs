using Akka;
using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;

namespace MlxActors.Standins.Tests.Actors;

public sealed class SystemSpecs() : TestKit("akka.loglevel = INFO")
{
    [Fact]
    public async Task EventStream_SubscriberOfABaseType_GetsItsSubtypes()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Animal));
        Sys.EventStream.Publish(new Cat("Tom"));
        Assert.Equal("Tom", (await ExpectMsgAsync<Cat>()).Name);
    }

    [Fact]
    public async Task EventStream_AfterUnsubscribe_IsSilent()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Animal));
        Sys.EventStream.Unsubscribe(TestActor, typeof(Animal));
        Sys.EventStream.Publish(new Cat("Tom"));
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task Logger_PublishesFormattedMessages()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Info));
        Sys.ActorOf(Props.Create(() => new Chatty()), "chatty").Tell("log");
        var info = await FishForMessageAsync<Info>(x => x.LogSource.Contains("/user/chatty", StringComparison.Ordinal));
        Assert.Equal("loaded 3 layers of demo", info.Message.ToString());
    }

    [Fact]
    public async Task Logger_BelowTheLogLevel_IsSilent()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Akka.Event.Debug));
        var log = Logging.GetLogger(Sys, "spec");
        Assert.False(log.IsDebugEnabled);
        log.Debug("unheard");
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task Scheduler_TellOnce_ArrivesAfterTheDelay()
    {
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(20), TestActor, "due", ActorRefs.NoSender);
        await ExpectMsgAsync("due");
    }

    [Fact]
    public async Task Scheduler_Cancelled_DoesNotTell()
    {
        var cancelable = Sys.Scheduler.ScheduleTellOnceCancelable(TimeSpan.FromMilliseconds(50), TestActor, "due", ActorRefs.NoSender);
        cancelable.Cancel();
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(150));
    }

    [Fact]
    public async Task Scheduler_Repeatedly_RunsAgainAndAgain()
    {
        using var cancelable = new Cancelable(Sys.Scheduler);
        Sys.Scheduler.Advanced.ScheduleRepeatedly(TimeSpan.Zero, TimeSpan.FromMilliseconds(20), () => TestActor.Tell("again"), cancelable);
        await ExpectMsgAsync("again");
        await ExpectMsgAsync("again");
        cancelable.Cancel();
    }

    [Fact]
    public async Task CoordinatedShutdown_RunsItsPhasesInOrder_ThenTerminates()
    {
        var system = ActorSystem.Create("phases");
        var shutdown = CoordinatedShutdown.Get(system);
        var order = new List<string>();
        Add(CoordinatedShutdown.PhaseBeforeActorSystemTerminate);
        Add(CoordinatedShutdown.PhaseServiceStop);
        Add(CoordinatedShutdown.PhaseBeforeServiceUnbind);
        await shutdown.Run(CoordinatedShutdown.UnknownReason.Instance).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(["before-service-unbind", "service-stop", "before-actor-system-terminate"], order);
        await system.WhenTerminated.WaitAsync(TimeSpan.FromSeconds(10));

        void Add(string phase) => shutdown.AddTask(phase, "note", () =>
        {
            order.Add(phase);
            return Task.FromResult(Done.Instance);
        });
    }

    [Fact]
    public async Task CoordinatedShutdown_OfATaskThatFails_GoesOn()
    {
        var system = ActorSystem.Create("failing-task", "akka.loglevel = OFF");
        var shutdown = CoordinatedShutdown.Get(system);
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "fails", () => throw new InvalidOperationException("no"));
        await system.Terminate().WaitAsync(TimeSpan.FromSeconds(10));
    }

    private abstract record Animal(string Name);

    private sealed record Cat(string Name) : Animal(Name);

    private sealed class Chatty : ReceiveActor
    {
        private readonly ILoggingAdapter _log = Context.GetLogger();

        public Chatty() => Receive<string>(_ => _log.Info("loaded {0} layers of {1}", 3, "demo"));
    }
}
