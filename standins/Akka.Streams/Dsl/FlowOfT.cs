using Akka.Streams.Implementation;

namespace Akka.Streams.Dsl;

/// <summary>A piece between a source and a sink.</summary>
public sealed class Flow<TIn, TOut, TMat> : IGraph<FlowShape<TIn, TOut>, TMat>
{
    internal Flow(Func<Island, Outlet<TIn>, (Outlet<TOut> Outlet, TMat Mat)> build) => Build = build;

    internal Func<Island, Outlet<TIn>, (Outlet<TOut> Outlet, TMat Mat)> Build { get; }

    public Flow<TIn, T2, TMat> Via<T2, TMat2>(IGraph<FlowShape<TOut, T2>, TMat2> flow) => ViaMaterialized(flow, Keep.Left);

    public Flow<TIn, TOut2, TMat3> ViaMaterialized<TOut2, TMat2, TMat3>(
        IGraph<FlowShape<TOut, TOut2>, TMat2> flow, Func<TMat, TMat2, TMat3> combine) =>
        new((island, upstream) =>
        {
            var (outlet, left) = Build(island, upstream);
            var (next, right) = ((Flow<TOut, TOut2, TMat2>)flow).Build(island, outlet);
            return (next, combine(left, right));
        });

    public Sink<TIn, TMat> To<TMat2>(IGraph<SinkShape<TOut>, TMat2> sink) => ToMaterialized(sink, Keep.Left);

    public Sink<TIn, TMat3> ToMaterialized<TMat2, TMat3>(IGraph<SinkShape<TOut>, TMat2> sink, Func<TMat, TMat2, TMat3> combine) =>
        new((island, upstream) =>
        {
            var (outlet, left) = Build(island, upstream);
            return combine(left, ((Sink<TOut, TMat2>)sink).Build(island, outlet));
        });

    public Flow<TIn, TOut, TMat2> MapMaterializedValue<TMat2>(Func<TMat, TMat2> mapFunc) =>
        new((island, upstream) =>
        {
            var (outlet, mat) = Build(island, upstream);
            return (outlet, mapFunc(mat));
        });

    public Flow<TIn, TOut, TMat> Named(string name) => this;

    public Flow<TIn, TOut, TMat> Async() => this;

    /// <summary>This flow through one more stage.</summary>
    internal Flow<TIn, TNext, TMat> Then<TNext>(Func<Island, Outlet<TOut>, Outlet<TNext>> stage) =>
        new((island, upstream) =>
        {
            var (outlet, mat) = Build(island, upstream);
            return (stage(island, outlet), mat);
        });
}

public static class Flow
{
    public static Flow<T, T, NotUsed> Create<T>() => new((_, upstream) => (upstream, NotUsed.Instance));

    public static Flow<T, T, NotUsed> Identity<T>() => Create<T>();

    public static Flow<TIn, TOut, NotUsed> FromFunction<TIn, TOut>(Func<TIn, TOut> function) => Create<TIn>().Select(function);

    public static Flow<TIn, TOut, TMat> FromGraph<TIn, TOut, TMat>(IGraph<FlowShape<TIn, TOut>, TMat> graph) =>
        (Flow<TIn, TOut, TMat>)graph;
}
