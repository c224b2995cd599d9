using Akka.Streams.Implementation;
using Akka.Streams.Implementation.Flows;

namespace Akka.Streams.Dsl;

/// <summary>The end of a stream, to be connected.</summary>
public sealed class Sink<TIn, TMat> : IGraph<SinkShape<TIn>, TMat>
{
    internal Sink(Func<Island, Outlet<TIn>, TMat> build) => Build = build;

    internal Func<Island, Outlet<TIn>, TMat> Build { get; }

    public Sink<TIn2, TMat> ContraMap<TIn2>(Func<TIn2, TIn> function) =>
        new((island, upstream) => Build(island, new SelectFlow<TIn2, TIn>(island, upstream, function)));

    public Sink<TIn, TMat2> MapMaterializedValue<TMat2>(Func<TMat, TMat2> fn) =>
        new((island, upstream) => fn(Build(island, upstream)));

    public TMat2 RunWith<TMat2>(IGraph<SourceShape<TIn>, TMat2> source, IMaterializer materializer) =>
        ((Source<TIn, TMat2>)source).To(this).Run(materializer);

    public Sink<TIn, TMat> Named(string name) => this;

    public Sink<TIn, TMat> Async() => this;
}
