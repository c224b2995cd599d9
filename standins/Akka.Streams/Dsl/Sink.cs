using System.Collections.Immutable;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Streams.Implementation.Flows;
using Akka.Streams.Implementation.Sinks;

namespace Akka.Streams.Dsl;

public static class Sink
{
    public static Sink<TIn, Task<Done>> Ignore<TIn>() => Fold<TIn, Done, Done>(Done.Instance, (done, _) => done, done => done);

    public static Sink<TIn, Task<Done>> ForEach<TIn>(Action<TIn> action) => Fold<TIn, Done, Done>(
        Done.Instance,
        (done, element) =>
        {
            action(element);
            return done;
        },
        done => done);

    public static Sink<TIn, Task<Done>> ForEachAsync<TIn>(int parallelism, Func<TIn, Task> action) =>
        new((island, upstream) =>
        {
            var tasks = new SelectAsyncFlow<TIn, Done>(island, upstream, parallelism, ordered: false, async element =>
            {
                await action(element).ConfigureAwait(false);
                return Done.Instance;
            });
            return Ignore<Done>().Build(island, tasks);
        });

    public static Sink<TIn, Task<IImmutableList<TIn>>> Seq<TIn>() => new((island, upstream) => new SeqSink<TIn>(island, upstream).Result);

    public static Sink<TIn, Task<TIn>> First<TIn>() =>
        new((island, upstream) => new FirstSink<TIn>(island, upstream, () => throw new NoSuchElementException("First of empty stream")).Result);

    public static Sink<TIn, Task<TIn>> FirstOrDefault<TIn>() =>
        new((island, upstream) => new FirstSink<TIn>(island, upstream, () => default).Result);

    public static Sink<TIn, Task<TIn>> Last<TIn>() => Fold<TIn, (bool Any, TIn Last), TIn>(
        default,
        (_, element) => (true, element),
        state => state.Any ? state.Last : throw new NoSuchElementException("Last of empty stream"));

    public static Sink<TIn, Task<TIn>> LastOrDefault<TIn>() => Fold<TIn, TIn, TIn>(default, (_, element) => element, last => last);

    public static Sink<TIn, Task<TOut>> Aggregate<TIn, TOut>(TOut zero, Func<TOut, TIn, TOut> aggregate) =>
        Fold(zero, aggregate, result => result);

    public static Sink<TIn, NotUsed> Cancelled<TIn>() => new((island, upstream) =>
    {
        _ = new CancelledSink<TIn>(island, upstream);
        return NotUsed.Instance;
    });

    public static Sink<TIn, NotUsed> ActorRef<TIn>(IActorRef actorRef, object onCompleteMessage) =>
        ActorRef<TIn>(actorRef, onCompleteMessage, cause => new Status.Failure(cause));

    public static Sink<TIn, NotUsed> ActorRef<TIn>(IActorRef actorRef, object onCompleteMessage, Func<Exception, object> onFailureMessage) =>
        new((island, upstream) =>
        {
            _ = new ActorRefSink<TIn>(island, upstream, actorRef, onCompleteMessage, onFailureMessage);
            return NotUsed.Instance;
        });

    public static Sink<T, NotUsed> FromWriter<T>(ChannelWriter<T> writer, bool isOwner) => ChannelSink.FromWriter(writer, isOwner);

    public static Sink<T, ChannelReader<T>> ChannelReader<T>(
        int bufferSize, bool singleReader, BoundedChannelFullMode fullMode = BoundedChannelFullMode.Wait) =>
        ChannelSink.AsReader<T>(bufferSize, singleReader, fullMode);

    private static Sink<TIn, Task<TResult>> Fold<TIn, TState, TResult>(
        TState zero, Func<TState, TIn, TState> fold, Func<TState, TResult> finish) =>
        new((island, upstream) => new FoldSink<TIn, TState, TResult>(island, upstream, zero, fold, finish).Result);
}
