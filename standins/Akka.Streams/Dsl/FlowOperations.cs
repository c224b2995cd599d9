using Akka.Streams.Implementation.Flows;
using Akka.Util;

namespace Akka.Streams.Dsl;

/// <summary>The operators of a flow. Each is one stage of <see cref="Implementation.Flows"/>.</summary>
public static class FlowOperations
{
    public static Flow<TIn, TNext, TMat> Select<TIn, TOut, TNext, TMat>(this Flow<TIn, TOut, TMat> flow, Func<TOut, TNext> mapper) =>
        flow.Then((island, upstream) => new SelectFlow<TOut, TNext>(island, upstream, mapper));

    public static Flow<TIn, TNext, TMat> SelectAsync<TIn, TOut, TNext, TMat>(
        this Flow<TIn, TOut, TMat> flow, int parallelism, Func<TOut, Task<TNext>> asyncMapper) =>
        flow.Then((island, upstream) => new SelectAsyncFlow<TOut, TNext>(island, upstream, parallelism, ordered: true, asyncMapper));

    public static Flow<TIn, TNext, TMat> SelectAsyncUnordered<TIn, TOut, TNext, TMat>(
        this Flow<TIn, TOut, TMat> flow, int parallelism, Func<TOut, Task<TNext>> asyncMapper) =>
        flow.Then((island, upstream) => new SelectAsyncFlow<TOut, TNext>(island, upstream, parallelism, ordered: false, asyncMapper));

    public static Flow<TIn, TNext, TMat> SelectMany<TIn, TOut, TNext, TMat>(
        this Flow<TIn, TOut, TMat> flow, Func<TOut, IEnumerable<TNext>> mapConcater) =>
        flow.Then((island, upstream) => new SelectManyFlow<TOut, TNext>(island, upstream, mapConcater));

    public static Flow<TIn, TOut, TMat> Where<TIn, TOut, TMat>(this Flow<TIn, TOut, TMat> flow, Predicate<TOut> predicate) =>
        flow.Then((island, upstream) => new CollectFlow<TOut, TOut>(island, upstream, x => predicate(x), x => x));

    public static Flow<TIn, TNext, TMat> Collect<TIn, TOut, TNext, TMat>(
        this Flow<TIn, TOut, TMat> flow, Func<TOut, bool> isDefined, Func<TOut, TNext> collector) =>
        flow.Then((island, upstream) => new CollectFlow<TOut, TNext>(island, upstream, isDefined, collector));

    public static Flow<TIn, TOut, TMat> Take<TIn, TOut, TMat>(this Flow<TIn, TOut, TMat> flow, long n) =>
        flow.Then((island, upstream) => new TakeFlow<TOut>(island, upstream, n));

    public static Flow<TIn, TOut, TMat> TakeWhile<TIn, TOut, TMat>(
        this Flow<TIn, TOut, TMat> flow, Predicate<TOut> predicate, bool inclusive = false) =>
        flow.Then((island, upstream) => new TakeWhileFlow<TOut>(island, upstream, predicate, inclusive));

    public static Flow<TIn, TOut, TMat> Skip<TIn, TOut, TMat>(this Flow<TIn, TOut, TMat> flow, long n) =>
        flow.Then((island, upstream) => new SkipFlow<TOut>(island, upstream, n));

    public static Flow<TIn, TNext, TMat> Scan<TIn, TOut, TNext, TMat>(
        this Flow<TIn, TOut, TMat> flow, TNext zero, Func<TNext, TOut, TNext> scan) =>
        flow.Then((island, upstream) => new ScanFlow<TOut, TNext>(island, upstream, zero, scan));

    public static Flow<TIn, TInjected, TMat> KeepAlive<TIn, TOut, TInjected, TMat>(
        this Flow<TIn, TOut, TMat> flow, TimeSpan timeout, Func<TInjected> injectElement)
        where TOut : TInjected =>
        flow.Then((island, upstream) => new KeepAliveFlow<TOut, TInjected>(island, upstream, timeout, injectElement));

    public static Flow<TIn, TOut, TMat> InitialTimeout<TIn, TOut, TMat>(this Flow<TIn, TOut, TMat> flow, TimeSpan timeout) =>
        flow.Then((island, upstream) => new TimeoutFlow<TOut>(island, upstream, timeout, TimeoutKind.Initial));

    public static Flow<TIn, TOut, TMat> IdleTimeout<TIn, TOut, TMat>(this Flow<TIn, TOut, TMat> flow, TimeSpan timeout) =>
        flow.Then((island, upstream) => new TimeoutFlow<TOut>(island, upstream, timeout, TimeoutKind.Idle));

    public static Flow<TIn, TOut, TMat> CompletionTimeout<TIn, TOut, TMat>(this Flow<TIn, TOut, TMat> flow, TimeSpan timeout) =>
        flow.Then((island, upstream) => new TimeoutFlow<TOut>(island, upstream, timeout, TimeoutKind.Completion));

    public static Flow<TIn, IEnumerable<TOut>, TMat> GroupedWithin<TIn, TOut, TMat>(
        this Flow<TIn, TOut, TMat> flow, int n, TimeSpan timeout) =>
        flow.Then((island, upstream) => new GroupedWithinFlow<TOut>(island, upstream, n, timeout));

    public static Flow<TIn, TOut, TMat> Buffer<TIn, TOut, TMat>(this Flow<TIn, TOut, TMat> flow, int size, OverflowStrategy strategy) =>
        flow.Then((island, upstream) => new BufferFlow<TOut>(island, upstream, size, strategy));

    public static Flow<TIn, TOut, TMat> Recover<TIn, TOut, TMat>(
        this Flow<TIn, TOut, TMat> flow, Func<Exception, Option<TOut>> partialFunc) =>
        flow.Then((island, upstream) => new RecoverFlow<TOut>(island, upstream, partialFunc));

    public static Flow<TIn, TOut, TMat> SelectError<TIn, TOut, TMat>(
        this Flow<TIn, TOut, TMat> flow, Func<Exception, Exception> selector) =>
        flow.Then((island, upstream) => new SelectErrorFlow<TOut>(island, upstream, selector));

    public static Flow<TIn, TOut, TMat2> WatchTermination<TIn, TOut, TMat, TMat2>(
        this Flow<TIn, TOut, TMat> flow, Func<TMat, Task<Done>, TMat2> materializerFunction) =>
        new((island, source) =>
        {
            var (upstream, mat) = flow.Build(island, source);
            var stage = new WatchTerminationFlow<TOut>(island, upstream);
            return (stage, materializerFunction(mat, stage.Termination));
        });
}
