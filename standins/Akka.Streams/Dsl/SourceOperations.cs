using Akka.Streams.Implementation.Flows;
using Akka.Util;

namespace Akka.Streams.Dsl;

/// <summary>The operators of a source. Each is one stage of <see cref="Implementation.Flows"/>.</summary>
public static class SourceOperations
{
    public static Source<TNext, TMat> Select<TOut, TNext, TMat>(this Source<TOut, TMat> flow, Func<TOut, TNext> mapper) =>
        flow.Then((island, upstream) => new SelectFlow<TOut, TNext>(island, upstream, mapper));

    public static Source<TNext, TMat> SelectAsync<TOut, TNext, TMat>(
        this Source<TOut, TMat> flow, int parallelism, Func<TOut, Task<TNext>> asyncMapper) =>
        flow.Then((island, upstream) => new SelectAsyncFlow<TOut, TNext>(island, upstream, parallelism, ordered: true, asyncMapper));

    public static Source<TNext, TMat> SelectAsyncUnordered<TOut, TNext, TMat>(
        this Source<TOut, TMat> flow, int parallelism, Func<TOut, Task<TNext>> asyncMapper) =>
        flow.Then((island, upstream) => new SelectAsyncFlow<TOut, TNext>(island, upstream, parallelism, ordered: false, asyncMapper));

    public static Source<TNext, TMat> SelectMany<TOut, TNext, TMat>(
        this Source<TOut, TMat> flow, Func<TOut, IEnumerable<TNext>> mapConcater) =>
        flow.Then((island, upstream) => new SelectManyFlow<TOut, TNext>(island, upstream, mapConcater));

    public static Source<TOut, TMat> Where<TOut, TMat>(this Source<TOut, TMat> flow, Predicate<TOut> predicate) =>
        flow.Then((island, upstream) => new CollectFlow<TOut, TOut>(island, upstream, x => predicate(x), x => x));

    public static Source<TNext, TMat> Collect<TOut, TNext, TMat>(
        this Source<TOut, TMat> flow, Func<TOut, bool> isDefined, Func<TOut, TNext> collector) =>
        flow.Then((island, upstream) => new CollectFlow<TOut, TNext>(island, upstream, isDefined, collector));

    public static Source<TOut, TMat> Take<TOut, TMat>(this Source<TOut, TMat> flow, long n) =>
        flow.Then((island, upstream) => new TakeFlow<TOut>(island, upstream, n));

    public static Source<TOut, TMat> TakeWhile<TOut, TMat>(
        this Source<TOut, TMat> flow, Predicate<TOut> predicate, bool inclusive = false) =>
        flow.Then((island, upstream) => new TakeWhileFlow<TOut>(island, upstream, predicate, inclusive));

    public static Source<TOut, TMat> Skip<TOut, TMat>(this Source<TOut, TMat> flow, long n) =>
        flow.Then((island, upstream) => new SkipFlow<TOut>(island, upstream, n));

    public static Source<TNext, TMat> Scan<TOut, TNext, TMat>(this Source<TOut, TMat> flow, TNext zero, Func<TNext, TOut, TNext> scan) =>
        flow.Then((island, upstream) => new ScanFlow<TOut, TNext>(island, upstream, zero, scan));

    public static Source<TInjected, TMat> KeepAlive<TOut, TInjected, TMat>(
        this Source<TOut, TMat> flow, TimeSpan timeout, Func<TInjected> injectElement)
        where TOut : TInjected =>
        flow.Then((island, upstream) => new KeepAliveFlow<TOut, TInjected>(island, upstream, timeout, injectElement));

    public static Source<TOut, TMat> InitialTimeout<TOut, TMat>(this Source<TOut, TMat> flow, TimeSpan timeout) =>
        flow.Then((island, upstream) => new TimeoutFlow<TOut>(island, upstream, timeout, TimeoutKind.Initial));

    public static Source<TOut, TMat> IdleTimeout<TOut, TMat>(this Source<TOut, TMat> flow, TimeSpan timeout) =>
        flow.Then((island, upstream) => new TimeoutFlow<TOut>(island, upstream, timeout, TimeoutKind.Idle));

    public static Source<TOut, TMat> CompletionTimeout<TOut, TMat>(this Source<TOut, TMat> flow, TimeSpan timeout) =>
        flow.Then((island, upstream) => new TimeoutFlow<TOut>(island, upstream, timeout, TimeoutKind.Completion));

    public static Source<IEnumerable<TOut>, TMat> GroupedWithin<TOut, TMat>(this Source<TOut, TMat> flow, int n, TimeSpan timeout) =>
        flow.Then((island, upstream) => new GroupedWithinFlow<TOut>(island, upstream, n, timeout));

    public static Source<TOut, TMat> Buffer<TOut, TMat>(this Source<TOut, TMat> flow, int size, OverflowStrategy strategy) =>
        flow.Then((island, upstream) => new BufferFlow<TOut>(island, upstream, size, strategy));

    public static Source<TOut, TMat> Recover<TOut, TMat>(this Source<TOut, TMat> flow, Func<Exception, Option<TOut>> partialFunc) =>
        flow.Then((island, upstream) => new RecoverFlow<TOut>(island, upstream, partialFunc));

    public static Source<TOut, TMat> SelectError<TOut, TMat>(this Source<TOut, TMat> flow, Func<Exception, Exception> selector) =>
        flow.Then((island, upstream) => new SelectErrorFlow<TOut>(island, upstream, selector));

    public static Source<TOut, TMat> Concat<TOut, TMat>(this Source<TOut, TMat> flow, IGraph<SourceShape<TOut>, TMat> other) =>
        flow.Then((island, upstream) => new ConcatFlow<TOut>(island, upstream, ((Source<TOut, TMat>)other).Build(island).Outlet));

    public static Source<TOut, TMat2> WatchTermination<TOut, TMat, TMat2>(
        this Source<TOut, TMat> flow, Func<TMat, Task<Done>, TMat2> materializerFunction) =>
        new(island =>
        {
            var (upstream, mat) = flow.Build(island);
            var stage = new WatchTerminationFlow<TOut>(island, upstream);
            return (stage, materializerFunction(mat, stage.Termination));
        });
}
