using Akka.Pattern;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.TestKit.Xunit2;
using Channel = System.Threading.Channels.Channel;

namespace MlxActors.Standins.Tests.Streams;

public sealed class QueueSpecs : TestKit
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Queue_CompletedAfterOffers_GivesThemAll()
    {
        var (queue, result) = Source.Queue<int>(4, OverflowStrategy.Backpressure).ToMaterialized(Sink.Seq<int>(), Keep.Both).Run(Sys);
        for (var i = 0; i < 10; i++)
            Assert.IsType<QueueOfferResult.Enqueued>(await queue.OfferAsync(i).WaitAsync(Soon));
        queue.Complete();
        Assert.Equal(Enumerable.Range(0, 10), await result.WaitAsync(Soon));
        await queue.WatchCompletionAsync().WaitAsync(Soon);
    }

    [Fact]
    public async Task Queue_Failed_FailsTheStreamWithThatException()
    {
        var (queue, result) = Source.Queue<int>(4, OverflowStrategy.Backpressure).ToMaterialized(Sink.Seq<int>(), Keep.Both).Run(Sys);
        queue.Fail(new InvalidOperationException("spoilt"));
        Assert.Equal("spoilt", (await Assert.ThrowsAsync<InvalidOperationException>(() => result.WaitAsync(Soon))).Message);
    }

    [Fact]
    public async Task Queue_FullWithBackpressure_HoldsOneOffer_AndRefusesASecond()
    {
        var (queue, reader) = Stalled(OverflowStrategy.Backpressure);
        var pending = await FillAsync(queue);
        var second = queue.OfferAsync(-1);
        await Assert.ThrowsAsync<IllegalStateException>(() => second.WaitAsync(Soon));
        Assert.False(pending.IsCompleted);
        while (!pending.IsCompleted)
            await reader.ReadAsync().AsTask().WaitAsync(Soon);
        Assert.IsType<QueueOfferResult.Enqueued>(await pending);
    }

    [Fact]
    public async Task Queue_FullWithDropNew_DropsTheOffer()
    {
        var (queue, _) = Stalled(OverflowStrategy.DropNew);
        IQueueOfferResult result = QueueOfferResult.Enqueued.Instance;
        for (var i = 0; i < 100 && result is QueueOfferResult.Enqueued; i++)
            result = await queue.OfferAsync(i).WaitAsync(Soon);
        Assert.IsType<QueueOfferResult.Dropped>(result);
    }

    [Fact]
    public async Task Queue_WhoseConsumerHasGone_AnswersThePendingOfferWithClosed()
    {
        var (queue, source) = Source.Queue<int>(1, OverflowStrategy.Backpressure).PreMaterialize(Sys);
        var reader = source.RunAsAsyncEnumerable(Sys).GetAsyncEnumerator();
        await queue.OfferAsync(0).WaitAsync(Soon);
        Assert.True(await reader.MoveNextAsync().AsTask().WaitAsync(Soon));
        var pending = await FillAsync(queue);
        await reader.DisposeAsync();
        Assert.IsType<QueueOfferResult.QueueClosed>(await pending.WaitAsync(Soon));
        await queue.WatchCompletionAsync().WaitAsync(Soon);
    }

    [Fact]
    public async Task Queue_OfferAfterItsEnd_ThrowsStreamDetached()
    {
        var (queue, result) = Source.Queue<int>(1, OverflowStrategy.Backpressure).ToMaterialized(Sink.Seq<int>(), Keep.Both).Run(Sys);
        queue.Complete();
        await result.WaitAsync(Soon);
        await queue.WatchCompletionAsync().WaitAsync(Soon);
        await Assert.ThrowsAsync<StreamDetachedException>(async () => await queue.OfferAsync(1).WaitAsync(Soon));
    }

    [Fact]
    public async Task ChannelSource_OfAReader_GivesWhatIsWritten()
    {
        var channel = Channel.CreateUnbounded<int>();
        var result = ChannelSource.FromReader(channel.Reader).RunWith(Sink.Seq<int>(), Sys);
        await channel.Writer.WriteAsync(1);
        await channel.Writer.WriteAsync(2);
        channel.Writer.Complete();
        Assert.Equal([1, 2], await result.WaitAsync(Soon));
    }

    [Fact]
    public async Task ChannelSource_CompletedWithAnError_FailsWithAnAggregate()
    {
        var channel = Channel.CreateUnbounded<int>();
        var loop = Task.Run(async () =>
        {
            await foreach (var _ in ChannelSource.FromReader(channel.Reader).RunAsAsyncEnumerable(Sys))
            {
            }
        });
        channel.Writer.Complete(new InvalidOperationException("spoilt"));
        var thrown = await Assert.ThrowsAsync<AggregateException>(() => loop.WaitAsync(Soon));
        Assert.IsType<InvalidOperationException>(thrown.GetBaseException());
    }

    [Fact]
    public async Task SourceChannel_Materializes_AWriter()
    {
        var (writer, result) = Source.Channel<int>(4).ToMaterialized(Sink.Seq<int>(), Keep.Both).Run(Sys);
        for (var i = 0; i < 20; i++)
            await writer.WriteAsync(i).AsTask().WaitAsync(Soon);
        writer.Complete();
        Assert.Equal(Enumerable.Range(0, 20), await result.WaitAsync(Soon));
    }

    [Fact]
    public async Task ChannelSink_AsReader_HoldsTheStreamBack()
    {
        var produced = 0;
        var reader = Source.From(Enumerable.Range(1, 1000)).Select(x => Interlocked.Exchange(ref produced, x))
            .RunWith(ChannelSink.AsReader<int>(2), Sys);
        await AwaitConditionAsync(() => Task.FromResult(Volatile.Read(ref produced) >= 2), Soon);
        Assert.InRange(Volatile.Read(ref produced), 2, 20);
        var count = 0;
        while (await reader.WaitToReadAsync().AsTask().WaitAsync(Soon))
        {
            while (reader.TryRead(out _))
                count++;
        }

        Assert.Equal(1000, count);
    }

    private (ISourceQueueWithComplete<int> Queue, System.Threading.Channels.ChannelReader<int> Reader) Stalled(OverflowStrategy strategy) =>
        Source.Queue<int>(1, strategy).ToMaterialized(ChannelSink.AsReader<int>(1), Keep.Both).Run(Sys);

    /// <summary>Offers until an offer waits, which it gives back.</summary>
    private static async Task<Task<IQueueOfferResult>> FillAsync(ISourceQueueWithComplete<int> queue)
    {
        while (true)
        {
            var offer = queue.OfferAsync(1);
            if (await Task.WhenAny(offer, Task.Delay(200)) != offer)
                return offer;
        }
    }
}
