using System.Threading.Channels;
using Akka.Actor;
using Akka.Streams.Implementation;
using Akka.Streams.Implementation.Sources;
using Akka.Util;

namespace Akka.Streams.Dsl;

public static class Source
{
    public static Source<T, NotUsed> From<T>(IEnumerable<T> enumerable) => Of(island => new EnumerableSource<T>(island, enumerable));

    public static Source<T, NotUsed> From<T>(Func<IAsyncEnumerable<T>> asyncEnumerable) => Of<T>(island =>
    {
        var stop = new CancellationTokenSource();
        var enumerator = new Lazy<IAsyncEnumerator<T>>(() => asyncEnumerable().GetAsyncEnumerator(stop.Token));
        return new StepSource<T>(
            island,
            async () => await enumerator.Value.MoveNextAsync().ConfigureAwait(false) ? (true, enumerator.Value.Current) : (false, default),
            async () =>
            {
                await stop.CancelAsync().ConfigureAwait(false);
                stop.Dispose();
            });
    });

    public static Source<T, NotUsed> FromEnumerator<T>(Func<IEnumerator<T>> enumeratorFactory) =>
        From(Enumerate(enumeratorFactory));

    public static Source<T, NotUsed> FromTask<T>(Task<T> task) => UnfoldAsync<bool, T>(
        false,
        async taken => taken ? Option<(bool, T)>.None : (true, await task.ConfigureAwait(false)));

    public static Source<T, NotUsed> Single<T>(T element) => From([element]);

    public static Source<T, NotUsed> Repeat<T>(T element) => From(Forever(element));

    public static Source<T, NotUsed> Empty<T>() => Of(island => new EndedSource<T>(island, null));

    public static Source<T, NotUsed> Failed<T>(Exception cause) => Of(island => new EndedSource<T>(island, cause));

    public static Source<T, NotUsed> Never<T>() => Of(island => new NeverSource<T>(island));

    public static Source<TElem, NotUsed> Unfold<TState, TElem>(TState state, Func<TState, Option<(TState, TElem)>> unfold) =>
        From(Unfolded(state, unfold));

    public static Source<TElem, NotUsed> UnfoldAsync<TState, TElem>(
        TState state, Func<TState, Task<Option<(TState, TElem)>>> unfoldAsync) =>
        Of<TElem>(island =>
        {
            var current = state;
            return new StepSource<TElem>(
                island,
                async () =>
                {
                    var step = await unfoldAsync(current).ConfigureAwait(false);
                    if (!step.HasValue)
                        return (false, default);
                    current = step.Value.Item1;
                    return (true, step.Value.Item2);
                },
                null);
        });

    public static Source<T, ICancelable> Tick<T>(TimeSpan initialDelay, TimeSpan interval, T tick) => new(island =>
    {
        var source = new TickSource<T>(island, initialDelay, interval, tick);
        return (source, source.Handle);
    });

    public static Source<T, ISourceQueueWithComplete<T>> Queue<T>(int bufferSize, OverflowStrategy overflowStrategy)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bufferSize);
        return new(island =>
        {
            var source = new QueueSource<T>(island, bufferSize, overflowStrategy);
            return (source, source);
        });
    }

    public static Source<T, IActorRef> ActorRef<T>(int bufferSize, OverflowStrategy overflowStrategy)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bufferSize);
        if (overflowStrategy == OverflowStrategy.Backpressure)
            throw new NotSupportedException("Backpressure overflow strategy is not supported");
        return new(island =>
        {
            var source = new ActorRefSource<T>(island, bufferSize, overflowStrategy);
            return (source, source.Ref);
        });
    }

    public static Source<T, NotUsed> ChannelReader<T>(ChannelReader<T> channelReader) => ChannelSource.FromReader(channelReader);

    public static Source<T, ChannelWriter<T>> Channel<T>(
        int bufferSize, bool singleWriter = false, BoundedChannelFullMode fullMode = BoundedChannelFullMode.Wait) =>
        ChannelSource.Create<T>(bufferSize, singleWriter, fullMode);

    public static Source<T, TMat> FromGraph<T, TMat>(IGraph<SourceShape<T>, TMat> source) => (Source<T, TMat>)source;

    internal static Source<T, NotUsed> Of<T>(Func<Island, Outlet<T>> stage) => new(island => (stage(island), NotUsed.Instance));

    private static IEnumerable<T> Enumerate<T>(Func<IEnumerator<T>> factory)
    {
        using var enumerator = factory();
        while (enumerator.MoveNext())
            yield return enumerator.Current;
    }

    private static IEnumerable<T> Forever<T>(T element)
    {
        while (true)
            yield return element;
    }

    private static IEnumerable<TElem> Unfolded<TState, TElem>(TState state, Func<TState, Option<(TState, TElem)>> unfold)
    {
        for (var step = unfold(state); step.HasValue; step = unfold(step.Value.Item1))
            yield return step.Value.Item2;
    }
}
