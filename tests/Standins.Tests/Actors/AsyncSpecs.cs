using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace MlxActors.Standins.Tests.Actors;

public sealed class AsyncSpecs : TestKit
{
    public AsyncSpecs() => EventFilter.Exception<InvalidOperationException>().Mute();

    [Fact]
    public async Task Ask_GetsTheReply()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Worker(TestActor)));
        Assert.Equal("pong", await actor.Ask<string>("ping", TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Ask_WithoutReply_ThrowsAskTimeout()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Worker(TestActor)));
        await Assert.ThrowsAsync<AskTimeoutException>(() => actor.Ask<string>("silence", TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    public async Task Ask_TokenCancelled_ThrowsTaskCanceled()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Worker(TestActor)));
        using var source = new CancellationTokenSource();
        var ask = actor.Ask<string>("silence", source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => ask);
    }

    [Fact]
    public async Task Ask_AnsweredWithStatusFailure_ThrowsTheCause()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Worker(TestActor)));
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => actor.Ask<string>("refuse", TimeSpan.FromSeconds(5)));
        Assert.Equal("refused", thrown.Message);
    }

    [Fact]
    public async Task Ask_AnsweredWithAnotherType_ThrowsArgumentException()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Worker(TestActor)));
        await Assert.ThrowsAsync<ArgumentException>(() => actor.Ask<int>("ping", TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Ask_WithAFactory_NamesTheReferenceToAnswer()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Worker(TestActor)));
        var answer = await actor.Ask<string>(replyTo => new AnswerTo(replyTo), TimeSpan.FromSeconds(5), CancellationToken.None);
        Assert.Equal("answered", answer);
    }

    [Fact]
    public async Task PipeTo_SendsTheResult_WithoutASender()
    {
        await Task.FromResult("done").PipeTo(TestActor);
        await ExpectMsgAsync("done");
        Assert.Equal(Sys.DeadLetters, LastSender);
    }

    [Fact]
    public async Task PipeTo_OfAFault_SendsStatusFailure()
    {
        await Task.FromException<string>(new InvalidOperationException("broken")).PipeTo(TestActor);
        var failure = await ExpectMsgAsync<Status.Failure>();
        Assert.Equal("broken", failure.Cause.GetBaseException().Message);
    }

    [Fact]
    public async Task PipeTo_WithTransformations_SendsWhatTheyMake()
    {
        await Task.FromResult(3).PipeTo(TestActor, success: x => x + 1);
        await ExpectMsgAsync(4);
        await Task.FromException<int>(new InvalidOperationException("broken")).PipeTo(TestActor, failure: x => x.GetBaseException().Message);
        await ExpectMsgAsync("broken");
    }

    [Fact]
    public async Task ReceiveAsync_HoldsLaterMessagesUntilItIsDone()
    {
        var release = new TaskCompletionSource();
        var actor = Sys.ActorOf(Props.Create(() => new Worker(TestActor)));
        actor.Tell(release.Task, TestActor);
        await ExpectMsgAsync("waiting");
        actor.Tell("ping", TestActor);
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        release.SetResult();
        await ExpectMsgAsync("released");
        await ExpectMsgAsync("pong");
    }

    [Fact]
    public async Task ReceiveAsync_AfterAnAwait_HasItsSenderAndContext()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Worker(TestActor)), "async-worker");
        actor.Tell(Task.Delay(10), TestActor);
        await ExpectMsgAsync("waiting");
        await ExpectMsgAsync("released");
        Assert.Equal(actor, LastSender);
    }

    [Fact]
    public async Task ReceiveAsync_ThatThrowsAfterAnAwait_FailsTheActor()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Worker(TestActor)));
        actor.Tell(Task.FromException(new InvalidOperationException("later")), TestActor);
        await ExpectMsgAsync("waiting");
        await ExpectMsgAsync("restarted by InvalidOperationException");
    }

    [Fact]
    public async Task ReceiveAsync_StashAfterAnAwait_StashesItsMessage()
    {
        var actor = Sys.ActorOf(Props.Create(() => new LateStash()));
        actor.Tell(7, TestActor);
        actor.Tell("open", TestActor);
        await ExpectMsgAsync(7);
    }

    private sealed class Worker : ReceiveActor
    {
        private readonly IActorRef _listener;

        public Worker(IActorRef listener)
        {
            _listener = listener;
            Receive<string>(x => x == "ping", _ => Sender.Tell("pong"));
            Receive<string>(x => x == "refuse", _ => Sender.Tell(new Status.Failure(new InvalidOperationException("refused"))));
            Receive<string>(_ => { });
            Receive<AnswerTo>(x => x.ReplyTo.Tell("answered"));
            ReceiveAsync<Task>(async task =>
            {
                Sender.Tell("waiting");
                await Task.Yield();
                await task;
                Sender.Tell(Context.Self.Equals(Self) ? "released" : "lost");
            });
        }

        protected override void PostRestart(Exception reason) => _listener.Tell($"restarted by {reason.GetType().Name}");
    }

    private sealed class LateStash : ReceiveActor, IWithUnboundedStash
    {
        public LateStash()
        {
            ReceiveAsync<int>(async _ =>
            {
                await Task.Delay(10);
                Stash.Stash();
            });
            Receive<string>(_ =>
            {
                Become(() => Receive<int>(x => Sender.Tell(x)));
                Stash.UnstashAll();
            });
        }

        public IStash Stash { get; set; } = null!;
    }

    private sealed record AnswerTo(IActorRef ReplyTo);
}
