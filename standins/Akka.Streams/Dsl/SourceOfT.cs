using Akka.Actor;
using Akka.Streams.Implementation;
using Akka.Streams.Implementation.Sinks;
using Akka.Streams.Implementation.Sources;

namespace Akka.Streams.Dsl;

/// <summary>The beginning of a stream, to be connected and run; each run makes stages of its own.</summary>
public sealed class Source<TOut, TMat> : IGraph<SourceShape<TOut>, TMat>
{
    internal Source(Func<Island, (Outlet<TOut> Outlet, TMat Mat)> build) => Build = build;

    internal Func<Island, (Outlet<TOut> Outlet, TMat Mat)> Build { get; }

    public IRunnableGraph<TMat> To<TMat2>(IGraph<SinkShape<TOut>, TMat2> sink) => ToMaterialized(sink, Keep.Left);

    public IRunnableGraph<TMat3> ToMaterialized<TMat2, TMat3>(
        IGraph<SinkShape<TOut>, TMat2> sink, Func<TMat, TMat2, TMat3> combine) =>
        new RunnableGraph<TMat3>(island =>
        {
            var (outlet, left) = Build(island);
            return combine(left, ((Sink<TOut, TMat2>)sink).Build(island, outlet));
        });

    public Source<T2, TMat> Via<T2, TMat2>(IGraph<FlowShape<TOut, T2>, TMat2> flow) => ViaMaterialized(flow, Keep.Left);

    public Source<TOut2, TMat3> ViaMaterialized<TOut2, TMat2, TMat3>(
        IGraph<FlowShape<TOut, TOut2>, TMat2> flow, Func<TMat, TMat2, TMat3> combine) =>
        new(island =>
        {
            var (outlet, left) = Build(island);
            var (next, right) = ((Flow<TOut, TOut2, TMat2>)flow).Build(island, outlet);
            return (next, combine(left, right));
        });

    public Source<TOut, TMat2> MapMaterializedValue<TMat2>(Func<TMat, TMat2> mapFunc) =>
        new(island =>
        {
            var (outlet, mat) = Build(island);
            return (outlet, mapFunc(mat));
        });

    public Source<TOut, TMat> Named(string name) => this;

    public Source<TOut, TMat> Async() => this;

    /// <summary>Starts the source now; what it gives waits in a buffer for the one stream that the other half is run in.</summary>
    public (TMat, Source<TOut, NotUsed>) PreMaterialize(IMaterializer materializer)
    {
        var (mat, sink) = ToMaterialized(Handoff(Buffers(materializer).Max), Keep.Both).Run(materializer);
        return (mat, new Source<TOut, NotUsed>(island => (new HandoffSource<TOut>(island, sink), NotUsed.Instance)));
    }

    public (TMat, Source<TOut, NotUsed>) PreMaterialize(ActorSystem actorSystem) => PreMaterialize(actorSystem.Materializer());

    public TMat2 RunWith<TMat2>(IGraph<SinkShape<TOut>, TMat2> sink, IMaterializer materializer) =>
        ToMaterialized(sink, Keep.Right).Run(materializer);

    public TMat2 RunWith<TMat2>(IGraph<SinkShape<TOut>, TMat2> sink, ActorSystem materializer) =>
        RunWith(sink, materializer.Materializer());

    public Task<TOut2> RunAggregate<TOut2>(TOut2 zero, Func<TOut2, TOut, TOut2> aggregate, IMaterializer materializer) =>
        RunWith(Sink.Aggregate(zero, aggregate), materializer);

    public Task<TOut2> RunAggregate<TOut2>(TOut2 zero, Func<TOut2, TOut, TOut2> aggregate, ActorSystem materializer) =>
        RunAggregate(zero, aggregate, materializer.Materializer());

    public Task RunForeach(Action<TOut> action, IMaterializer materializer) => RunWith(Sink.ForEach(action), materializer);

    public Task RunForeach(Action<TOut> action, ActorSystem materializer) => RunForeach(action, materializer.Materializer());

    public IAsyncEnumerable<TOut> RunAsAsyncEnumerable(IMaterializer materializer) =>
        RunAsAsyncEnumerableBuffer(materializer, Buffers(materializer).Initial, Buffers(materializer).Max);

    public IAsyncEnumerable<TOut> RunAsAsyncEnumerable(ActorSystem materializer) => RunAsAsyncEnumerable(materializer.Materializer());

    public IAsyncEnumerable<TOut> RunAsAsyncEnumerableBuffer(IMaterializer materializer, int minBuffer = 4, int maxBuffer = 16) =>
        new StreamAsyncEnumerable<TOut>(() => RunWith(Handoff(maxBuffer), materializer));

    public IAsyncEnumerable<TOut> RunAsAsyncEnumerableBuffer(ActorSystem materializer, int minBuffer = 4, int maxBuffer = 16) =>
        RunAsAsyncEnumerableBuffer(materializer.Materializer(), minBuffer, maxBuffer);

    /// <summary>This source through one more stage.</summary>
    internal Source<TNext, TMat> Then<TNext>(Func<Island, Outlet<TOut>, Outlet<TNext>> stage) =>
        new(island =>
        {
            var (outlet, mat) = Build(island);
            return (stage(island, outlet), mat);
        });

    private static Sink<TOut, HandoffSink<TOut>> Handoff(int capacity) =>
        new((island, upstream) => new HandoffSink<TOut>(island, upstream, capacity));

    private static (int Initial, int Max) Buffers(IMaterializer materializer) => materializer is ActorMaterializer known
        ? (known.Settings.InitialInputBufferSize, known.Settings.MaxInputBufferSize)
        : (4, 16);
}
