using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Xunit2;

namespace MlxActors.Standins.Tests.Actors;

public sealed class DispatcherSpecs() : TestKit(Dispatchers)
{
    private const string Dispatchers = """
        pinned { type = PinnedDispatcher }
        forked {
          type = ForkJoinDispatcher
          throughput = 1
          dedicated-thread-pool { thread-count = 2, threadtype = background }
        }
        akka.actor.deployment {
          /deployed { dispatcher = pinned }
        }
        """;

    [Fact]
    public async Task PinnedDispatcher_RunsEveryMessageOnOneThreadOfItsOwn()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Where()).WithDispatcher("pinned"));
        var threads = await ThreadsOf(actor, 20);
        var (thread, pooled) = Assert.Single(threads.Distinct());
        Assert.False(pooled);
        var other = await ThreadsOf(Sys.ActorOf(Props.Create(() => new Where()).WithDispatcher("pinned")), 1);
        Assert.NotEqual(thread, other[0].Thread);
    }

    [Fact]
    public async Task ForkJoinDispatcher_RunsOnItsDedicatedThreads()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Where()).WithDispatcher("forked"));
        var threads = await ThreadsOf(actor, 20);
        Assert.True(threads.Distinct().Count() <= 2);
        Assert.DoesNotContain(threads, x => x.Pooled);
    }

    [Fact]
    public async Task DefaultDispatcher_RunsOnTheThreadPool()
    {
        var threads = await ThreadsOf(Sys.ActorOf(Props.Create(() => new Where())), 5);
        Assert.All(threads, x => Assert.True(x.Pooled));
    }

    [Fact]
    public async Task Deployment_InTheConfiguration_ChoosesTheDispatcher()
    {
        var threads = await ThreadsOf(Sys.ActorOf(Props.Create(() => new Where()), "deployed"), 5);
        Assert.All(threads, x => Assert.False(x.Pooled));
    }

    [Fact]
    public void UnknownDispatcher_IsAConfigurationError() => Assert.Throws<ConfigurationException>(
        () => Sys.ActorOf(Props.Create(() => new Where()).WithDispatcher("no-such-dispatcher")));

    private static async Task<List<(int Thread, bool Pooled)>> ThreadsOf(IActorRef actor, int messages)
    {
        var threads = new List<(int, bool)>();
        for (var i = 0; i < messages; i++)
            threads.Add(await actor.Ask<(int, bool)>("where", TimeSpan.FromSeconds(5)));
        return threads;
    }

    private sealed class Where : ReceiveActor
    {
        public Where() => Receive<string>(_ => Sender.Tell((Environment.CurrentManagedThreadId, Thread.CurrentThread.IsThreadPoolThread)));
    }
}
