using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;

namespace MlxActors.Standins.Tests.Actors;

public sealed class MessagingSpecs : TestKit
{
    [Fact]
    public async Task Actor_ManySendersAtOnce_HandlesOneMessageAtATime()
    {
        var counter = Sys.ActorOf(Props.Create(() => new Counter()));
        await Parallel.ForAsync(0, 8, (_, _) =>
        {
            for (var i = 0; i < 1000; i++)
                counter.Tell("more");
            return ValueTask.CompletedTask;
        });
        Assert.Equal(8000, await counter.Ask<int>("count", TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Actor_MessagesOfOneSender_ArriveInOrder()
    {
        var echo = Sys.ActorOf(Props.Create(() => new Echo()));
        for (var i = 0; i < 200; i++)
            echo.Tell(i, TestActor);
        for (var i = 0; i < 200; i++)
            await ExpectMsgAsync(i);
    }

    [Fact]
    public async Task Tell_FromATest_HasTheTestActorAsSender()
    {
        Sys.ActorOf(Props.Create(() => new Echo())).Tell("hello");
        await ExpectMsgAsync("hello");
    }

    [Fact]
    public async Task Forward_KeepsTheOriginalSender()
    {
        var relay = Sys.ActorOf(Props.Create(() => new Relay(Sys.ActorOf(Props.Create(() => new Echo()), "echo"))));
        relay.Tell("through", TestActor);
        await ExpectMsgAsync("through");
        Assert.Equal("echo", LastSender.Path.Name);
    }

    [Fact]
    public async Task Become_ReplacesTheBehaviour_AndUnbecomeStackedBringsItBack()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Moody()));
        actor.Tell("how", TestActor);
        await ExpectMsgAsync("fine");
        actor.Tell("annoy", TestActor);
        actor.Tell("how", TestActor);
        await ExpectMsgAsync("cross");
        actor.Tell("calm", TestActor);
        actor.Tell("how", TestActor);
        await ExpectMsgAsync("fine");
    }

    [Fact]
    public async Task ReceiveActor_BecomeInTheConstructor_IsTheFirstBehaviour()
    {
        var actor = Sys.ActorOf(Props.Create(() => new StartsReady()));
        actor.Tell("state", TestActor);
        await ExpectMsgAsync("ready");
    }

    [Fact]
    public async Task ReceiveActor_FirstHandlerThatFits_Wins()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Sorter()));
        actor.Tell(5, TestActor);
        actor.Tell(50, TestActor);
        actor.Tell("text", TestActor);
        await ExpectMsgAsync("small");
        await ExpectMsgAsync("large");
        await ExpectMsgAsync("other");
    }

    [Fact]
    public async Task UnhandledMessage_IsPublishedOnTheEventStream()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(UnhandledMessage));
        var actor = Sys.ActorOf(Props.Create(() => new Counter()));
        actor.Tell(3.5, TestActor);
        var unhandled = await ExpectMsgAsync<UnhandledMessage>();
        Assert.Equal(3.5, unhandled.Message);
        Assert.Equal(actor, unhandled.Recipient);
    }

    [Fact]
    public async Task MessageToAStoppedActor_BecomesADeadLetter()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Echo()));
        await WatchAsync(actor);
        Sys.Stop(actor);
        await ExpectTerminatedAsync(actor);
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        actor.Tell("late", ActorRefs.NoSender);
        var letter = await ExpectMsgAsync<DeadLetter>();
        Assert.Equal("late", letter.Message);
        Assert.Equal(actor, letter.Recipient);
    }

    [Fact]
    public async Task ActorSelection_FindsAnActorByItsPath()
    {
        var echo = Sys.ActorOf(Props.Create(() => new Echo()), "by-path");
        Assert.Equal(echo, await Sys.ActorSelection("/user/by-path").ResolveOne(TimeSpan.FromSeconds(5)));
        Sys.ActorSelection("/user/by-path").Tell("hi", TestActor);
        await ExpectMsgAsync("hi");
    }

    [Fact]
    public async Task ActorSelection_OfNobody_ThrowsActorNotFound() => await Assert.ThrowsAsync<ActorNotFoundException>(
        () => Sys.ActorSelection("/user/nobody-here").ResolveOne(TimeSpan.FromSeconds(1)));

    [Fact]
    public async Task ActorOf_NameInUse_Throws()
    {
        Sys.ActorOf(Props.Create(() => new Echo()), "unique");
        Assert.Throws<InvalidActorNameException>(() => Sys.ActorOf(Props.Create(() => new Echo()), "unique"));
        await Task.CompletedTask;
    }

    [Fact]
    public void ActorPath_OfAUserActor_HasSystemAndName()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Echo()), "named");
        Assert.Equal($"akka://{Sys.Name}/user/named", actor.Path.ToString());
        Assert.Equal("/user/named", actor.Path.ToStringWithoutAddress());
    }

    [Fact]
    public async Task PropsCreate_WithTypeAndArguments_CallsTheConstructor()
    {
        var actor = Sys.ActorOf(Props.Create(typeof(Relay), TestActor));
        actor.Tell("passed on");
        await ExpectMsgAsync("passed on");
    }

    [Fact]
    public async Task ReceiveTimeout_WithoutMessages_IsDelivered()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Impatient(TestActor)));
        await ExpectMsgAsync("nothing came");
        actor.Tell("stop", TestActor);
        await ExpectMsgAsync("stopped");
    }

    private sealed class Counter : ReceiveActor
    {
        private int _count;

        public Counter()
        {
            Receive<string>(x => x == "more", _ => _count++);
            Receive<string>(x => x == "count", _ => Sender.Tell(_count));
        }
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }

    private sealed class Relay : ReceiveActor
    {
        public Relay(IActorRef target) => ReceiveAny(message => target.Forward(message));
    }

    private sealed class Moody : ReceiveActor
    {
        public Moody()
        {
            Receive<string>(x => x == "how", _ => Sender.Tell("fine"));
            Receive<string>(x => x == "annoy", _ => BecomeStacked(Cross));
        }

        private void Cross()
        {
            Receive<string>(x => x == "how", _ => Sender.Tell("cross"));
            Receive<string>(x => x == "calm", _ => UnbecomeStacked());
        }
    }

    private sealed class StartsReady : ReceiveActor
    {
        public StartsReady() => Become(() => Receive<string>(_ => Sender.Tell("ready")));
    }

    private sealed class Sorter : ReceiveActor
    {
        public Sorter()
        {
            Receive<int>(_ => Sender.Tell("small"), x => x < 10);
            Receive<int>(_ => Sender.Tell("large"));
            ReceiveAny(_ => Sender.Tell("other"));
        }
    }

    private sealed class Impatient : ReceiveActor
    {
        public Impatient(IActorRef listener)
        {
            SetReceiveTimeout(TimeSpan.FromMilliseconds(50));
            Receive<ReceiveTimeout>(_ =>
            {
                SetReceiveTimeout(null);
                listener.Tell("nothing came");
            });
            Receive<string>(_ => Sender.Tell("stopped"));
        }
    }
}
