using Akka;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.TestKit.Xunit2;

namespace MlxActors.Standins.Tests.Streams;

public sealed class EndSpecs : TestKit
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public void Materializer_OfASystem_IsOne() => Assert.Same(Sys.Materializer(), Sys.Materializer());

    [Fact]
    public async Task KillSwitch_Shutdown_CompletesTheStream()
    {
        var (killer, result) = Source.Never<int>().ViaMaterialized(KillSwitches.Single<int>(), Keep.Right)
            .ToMaterialized(Sink.Seq<int>(), Keep.Both).Run(Sys);
        killer.Shutdown();
        Assert.Empty(await result.WaitAsync(Soon));
    }

    [Fact]
    public async Task KillSwitch_Abort_FailsTheStreamWithAnAggregate()
    {
        var (killer, result) = Source.Never<int>().ViaMaterialized(KillSwitches.Single<int>(), Keep.Right)
            .ToMaterialized(Sink.Seq<int>(), Keep.Both).Run(Sys);
        killer.Abort(new InvalidOperationException("enough"));
        var thrown = await Assert.ThrowsAsync<AggregateException>(() => result.WaitAsync(Soon));
        Assert.IsType<InvalidOperationException>(thrown.GetBaseException());
    }

    [Fact]
    public async Task SharedKillSwitch_EndsAllItsStreams()
    {
        var killer = KillSwitches.Shared("all");
        var runs = Enumerable.Range(0, 3)
            .Select(_ => Source.Never<int>().Via(killer.Flow<int>()).RunWith(Sink.Seq<int>(), Sys)).ToArray();
        killer.Shutdown();
        await Task.WhenAll(runs).WaitAsync(Soon);
    }

    [Fact]
    public async Task CancellationToken_AsFlow_FailsTheStream()
    {
        using var source = new CancellationTokenSource();
        var run = Source.Never<int>().Via(source.Token.AsFlow<int>()).RunWith(Sink.Seq<int>(), Sys);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(Soon));
    }

    [Fact]
    public async Task WatchTermination_OfANormalEnd_IsDone()
    {
        var (end, _) = Source.Single(1).WatchTermination(Keep.Right).ToMaterialized(Sink.Ignore<int>(), Keep.Both).Run(Sys);
        Assert.Same(Done.Instance, await end.WaitAsync(Soon));
    }

    [Fact]
    public async Task WatchTermination_OfAFailureUpstream_HasItsCause()
    {
        var (end, _) = Source.Failed<int>(new InvalidOperationException("spoilt")).WatchTermination(Keep.Right)
            .ToMaterialized(Sink.Ignore<int>(), Keep.Both).Run(Sys);
        await Assert.ThrowsAsync<InvalidOperationException>(() => end.WaitAsync(Soon));
    }

    [Fact]
    public async Task WatchTermination_OfAConsumerThatLeft_IsDone()
    {
        var (end, first) = Source.Repeat(1).WatchTermination(Keep.Right).ToMaterialized(Sink.First<int>(), Keep.Both).Run(Sys);
        Assert.Equal(1, await first.WaitAsync(Soon));
        Assert.Same(Done.Instance, await end.WaitAsync(Soon));
    }

    [Fact]
    public async Task AsyncEnumerable_GivesTheElements_AndRunsAgainForEachLoop()
    {
        var runs = 0;
        var elements = Source.From([1, 2, 3]).MapMaterializedValue(_ => Interlocked.Increment(ref runs)).RunAsAsyncEnumerable(Sys);
        Assert.Equal(0, runs);
        Assert.Equal([1, 2, 3], await ListAsync(elements));
        Assert.Equal([1, 2, 3], await ListAsync(elements));
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task AsyncEnumerable_LeftEarly_EndsTheUpstreamNormally()
    {
        var ended = new TaskCompletionSource<Task<Done>>();
        var elements = Source.Repeat(1).WatchTermination((_, end) =>
        {
            ended.SetResult(end);
            return NotUsed.Instance;
        }).RunAsAsyncEnumerable(Sys);
        await foreach (var element in elements)
        {
            Assert.Equal(1, element);
            break;
        }

        Assert.Same(Done.Instance, await (await ended.Task).WaitAsync(Soon));
    }

    [Fact]
    public async Task AsyncEnumerable_OfAFailure_ThrowsItUnwrapped()
    {
        var elements = Source.Failed<int>(new InvalidOperationException("spoilt")).RunAsAsyncEnumerable(Sys);
        await Assert.ThrowsAsync<InvalidOperationException>(() => ListAsync(elements).WaitAsync(Soon));
    }

    [Fact]
    public async Task AsyncEnumerable_TokenCancelledWhileWaiting_EndsTheLoop()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        Assert.Empty(await ListAsync(Source.Never<int>().RunAsAsyncEnumerable(Sys), source.Token).WaitAsync(Soon));
    }

    [Fact]
    public async Task PreMaterialize_StartsNow_AndIsReadLater()
    {
        var (queue, source) = Source.Queue<int>(8, OverflowStrategy.Backpressure).PreMaterialize(Sys);
        await queue.OfferAsync(1).WaitAsync(Soon);
        await queue.OfferAsync(2).WaitAsync(Soon);
        queue.Complete();
        Assert.Equal([1, 2], await source.RunWith(Sink.Seq<int>(), Sys).WaitAsync(Soon));
    }

    [Fact]
    public async Task PreMaterialize_WithoutAReader_TakesABoundedNumber()
    {
        var produced = 0;
        Source.From(Enumerable.Range(1, 1000)).Select(x => Interlocked.Exchange(ref produced, x)).PreMaterialize(Sys);
        await AwaitConditionAsync(() => Task.FromResult(Volatile.Read(ref produced) > 0), Soon);
        Assert.InRange(Volatile.Read(ref produced), 1, 64);
    }

    [Fact]
    public async Task Materializer_OfAnActor_EndsItsStreamsWithTheActor()
    {
        var owner = Sys.ActorOf(Props.Create(() => new Owner()));
        var (end, collected, queue) = await owner.Ask<(Task<Done>, Task, ISourceQueueWithComplete<int>)>("run", Soon);
        Assert.IsType<QueueOfferResult.Enqueued>(await queue.OfferAsync(1).WaitAsync(Soon));
        Sys.Stop(owner);
        await Assert.ThrowsAsync<AbruptStageTerminationException>(() => end.WaitAsync(Soon));
        await Assert.ThrowsAsync<AbruptStageTerminationException>(() => collected.WaitAsync(Soon));
        await Assert.ThrowsAsync<StreamDetachedException>(async () => await queue.OfferAsync(2).WaitAsync(Soon));
    }

    private static async Task<List<int>> ListAsync(IAsyncEnumerable<int> elements, CancellationToken cancellationToken = default)
    {
        var list = new List<int>();
        await foreach (var element in elements.WithCancellation(cancellationToken))
            list.Add(element);
        return list;
    }

    private sealed class Owner : ReceiveActor
    {
        public Owner()
        {
            var materializer = Context.Materializer();
            Receive<string>(_ =>
            {
                var ((queue, end), collected) = Source.Queue<int>(4, OverflowStrategy.Backpressure)
                    .WatchTermination(Keep.Both)
                    .ToMaterialized(Sink.Seq<int>(), Keep.Both)
                    .Run(materializer);
                Sender.Tell((end, (Task)collected, queue));
            });
        }
    }
}
