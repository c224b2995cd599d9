using Akka;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.TestKit.Xunit2;
using Akka.Util;

namespace MlxActors.Standins.Tests.Streams;

public sealed class StreamSpecs : TestKit
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Operators_Chained_TransformTheElements()
    {
        var result = await Source.From(Enumerable.Range(1, 20))
            .Where(x => x % 2 == 0)
            .Select(x => x * 10)
            .Skip(1)
            .TakeWhile(x => x < 150)
            .Take(5)
            .RunWith(Sink.Seq<int>(), Sys).WaitAsync(Soon);
        Assert.Equal([40, 60, 80, 100, 120], result);
    }

    [Fact]
    public async Task Collect_TakesWhatIsDefined() => Assert.Equal(
        ["1", "3"],
        await Source.From([1, 2, 3]).Collect(x => x != 2, x => $"{x}").RunWith(Sink.Seq<string>(), Sys).WaitAsync(Soon));

    [Fact]
    public async Task Scan_BeginsWithItsZero() => Assert.Equal(
        [0, 1, 3, 6],
        await Source.From([1, 2, 3]).Scan(0, (sum, x) => sum + x).RunWith(Sink.Seq<int>(), Sys).WaitAsync(Soon));

    [Fact]
    public async Task SelectMany_Flattens() => Assert.Equal(
        [1, 1, 2, 2],
        await Source.From([1, 2]).SelectMany(x => new[] { x, x }).RunWith(Sink.Seq<int>(), Sys).WaitAsync(Soon));

    [Fact]
    public async Task SelectAsync_KeepsTheOrder_AndRunsSeveralAtOnce()
    {
        var gates = Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource()).ToArray();
        var started = 0;
        var result = Source.From(Enumerable.Range(0, 3))
            .SelectAsync(3, async x =>
            {
                Interlocked.Increment(ref started);
                await gates[x].Task;
                return x;
            })
            .RunWith(Sink.Seq<int>(), Sys);
        await AwaitConditionAsync(() => Task.FromResult(Volatile.Read(ref started) == 3), Soon);
        foreach (var gate in gates.Reverse())
            gate.SetResult();
        Assert.Equal([0, 1, 2], await result.WaitAsync(Soon));
    }

    [Fact]
    public async Task Select_ThatThrows_FailsTheStream()
    {
        var run = Source.From([1, 0]).Select(x => 1 / x).RunWith(Sink.Seq<int>(), Sys);
        await Assert.ThrowsAsync<DivideByZeroException>(() => run.WaitAsync(Soon));
    }

    [Fact]
    public async Task Select_ToNull_FailsTheStream()
    {
        var run = Source.From(["a"]).Select(_ => (string)null!).RunWith(Sink.Ignore<string>(), Sys);
        await Assert.ThrowsAnyAsync<ArgumentNullException>(() => run.WaitAsync(Soon));
    }

    [Fact]
    public async Task Recover_EndsWithAnElementInsteadOfAnError() => Assert.Equal(
        [1, -1],
        await Source.From([1, 0]).Select(x => 1 / x).Recover(_ => Option<int>.Create(-1)).RunWith(Sink.Seq<int>(), Sys).WaitAsync(Soon));

    [Fact]
    public async Task Sources_OfOneNoneAndFailure_DoAsTheySay()
    {
        Assert.Equal([5], await Source.Single(5).RunWith(Sink.Seq<int>(), Sys).WaitAsync(Soon));
        Assert.Empty(await Source.Empty<int>().RunWith(Sink.Seq<int>(), Sys).WaitAsync(Soon));
        Assert.Equal(6, await Source.FromTask(Task.FromResult(6)).RunWith(Sink.First<int>(), Sys).WaitAsync(Soon));
        var failed = Source.Failed<int>(new InvalidOperationException("no")).RunWith(Sink.Seq<int>(), Sys);
        await Assert.ThrowsAsync<InvalidOperationException>(() => failed.WaitAsync(Soon));
    }

    [Fact]
    public async Task UnfoldAsync_GoesOnUntilNone() => Assert.Equal(
        [0, 1, 2],
        await Source.UnfoldAsync(0, x => Task.FromResult(x < 3 ? Option<(int, int)>.Create((x + 1, x)) : Option<(int, int)>.None))
            .RunWith(Sink.Seq<int>(), Sys).WaitAsync(Soon));

    [Fact]
    public async Task From_AnAsyncEnumerable_GivesItsElements()
    {
        Assert.Equal([1, 2], await Source.From(Numbers).RunWith(Sink.Seq<int>(), Sys).WaitAsync(Soon));

        static async IAsyncEnumerable<int> Numbers()
        {
            yield return 1;
            await Task.Yield();
            yield return 2;
        }
    }

    [Fact]
    public async Task Sinks_OfOneValue_GiveIt()
    {
        Assert.Equal(1, await Source.From([1, 2, 3]).RunWith(Sink.First<int>(), Sys).WaitAsync(Soon));
        Assert.Equal(3, await Source.From([1, 2, 3]).RunWith(Sink.Last<int>(), Sys).WaitAsync(Soon));
        Assert.Equal(6, await Source.From([1, 2, 3]).RunAggregate(0, (sum, x) => sum + x, Sys).WaitAsync(Soon));
        await Assert.ThrowsAsync<NoSuchElementException>(() => Source.Empty<int>().RunWith(Sink.First<int>(), Sys).WaitAsync(Soon));
    }

    [Fact]
    public async Task RunForeach_SeesEveryElementInOrder()
    {
        var seen = new List<int>();
        await Source.From([1, 2, 3]).RunForeach(seen.Add, Sys).WaitAsync(Soon);
        Assert.Equal([1, 2, 3], seen);
    }

    [Fact]
    public async Task SinkActorRef_TellsElementsAndTheEnd()
    {
        Source.From([1, 2]).RunWith(Sink.ActorRef<int>(TestActor, "end", x => x), Sys);
        await ExpectMsgAsync(1);
        await ExpectMsgAsync(2);
        await ExpectMsgAsync("end");
    }

    [Fact]
    public async Task SourceActorRef_EndsByStatusSuccess()
    {
        var (entry, result) = Source.ActorRef<int>(10, OverflowStrategy.DropNew).ToMaterialized(Sink.Seq<int>(), Keep.Both).Run(Sys);
        entry.Tell(1);
        entry.Tell(2);
        entry.Tell(new Status.Success(Done.Instance));
        Assert.Equal([1, 2], await result.WaitAsync(Soon));
    }

    [Fact]
    public async Task GroupedWithin_MakesFullGroups_AndTheRest()
    {
        var groups = await Source.From(Enumerable.Range(1, 5)).GroupedWithin(2, TimeSpan.FromMinutes(1))
            .RunWith(Sink.Seq<IEnumerable<int>>(), Sys).WaitAsync(Soon);
        Assert.Equal([[1, 2], [3, 4], [5]], groups);
    }

    [Fact]
    public async Task Buffer_TakesElementsInBeforeTheyAreAskedFor()
    {
        var taken = 0;
        var (queue, _) = Source.From(Enumerable.Range(1, 1000))
            .Select(x => Interlocked.Exchange(ref taken, x))
            .Buffer(8, OverflowStrategy.Backpressure)
            .ToMaterialized(Sink.FromWriter(System.Threading.Channels.Channel.CreateBounded<int>(1).Writer, true), Keep.Both)
            .Run(Sys);
        Assert.NotNull(queue);
        await AwaitConditionAsync(() => Task.FromResult(Volatile.Read(ref taken) >= 8), Soon);
        Assert.InRange(Volatile.Read(ref taken), 8, 32);
    }

    [Fact]
    public async Task KeepAlive_OfASilentSource_InjectsElements()
    {
        var result = await Source.Never<string>().KeepAlive(TimeSpan.FromMilliseconds(50), () => "still here")
            .Take(2).RunWith(Sink.Seq<string>(), Sys).WaitAsync(Soon);
        Assert.Equal(["still here", "still here"], result);
    }

    [Fact]
    public async Task IdleTimeout_OfASilentSource_ThrowsTimeout()
    {
        var run = Source.Never<int>().IdleTimeout(TimeSpan.FromMilliseconds(100)).RunWith(Sink.Ignore<int>(), Sys);
        await Assert.ThrowsAsync<TimeoutException>(() => run.WaitAsync(Soon));
    }

    [Fact]
    public async Task Tick_GoesOnUntilCancelled()
    {
        var (cancelable, result) = Source.Tick(TimeSpan.Zero, TimeSpan.FromMilliseconds(10), "tick")
            .ToMaterialized(Sink.Seq<string>(), Keep.Both).Run(Sys);
        await Task.Delay(100);
        cancelable.Cancel();
        Assert.NotEmpty(await result.WaitAsync(Soon));
    }

    [Fact]
    public async Task Flow_BetweenSourceAndSink_Transforms()
    {
        var flow = Flow.Create<int>().Where(x => x > 1).Select(x => $"{x}");
        Assert.Equal(["2", "3"], await Source.From([1, 2, 3]).Via(flow).RunWith(Sink.Seq<string>(), Sys).WaitAsync(Soon));
    }

    [Fact]
    public async Task Concat_PutsOneSourceAfterAnother() => Assert.Equal(
        [1, 2, 3],
        await Source.From([1, 2]).Concat(Source.Single(3)).RunWith(Sink.Seq<int>(), Sys).WaitAsync(Soon));
}
