using Akka.Actor;
using Akka.Streams.Implementation;

namespace Akka.Streams.Dsl;

public interface IRunnableGraph<TMat> : IGraph<ClosedShape, TMat>
{
    IRunnableGraph<TMat2> MapMaterializedValue<TMat2>(Func<TMat, TMat2> func);

    TMat Run(IMaterializer materializer);

    TMat Run(ActorSystem actorSystem);

    IRunnableGraph<TMat> Named(string name);
}

public sealed class RunnableGraph<TMat> : IRunnableGraph<TMat>
{
    internal RunnableGraph(Func<Island, TMat> build) => Build = build;

    internal Func<Island, TMat> Build { get; }

    public IRunnableGraph<TMat2> MapMaterializedValue<TMat2>(Func<TMat, TMat2> func) =>
        new RunnableGraph<TMat2>(island => func(Build(island)));

    public TMat Run(IMaterializer materializer) => materializer.Materialize(this);

    public TMat Run(ActorSystem actorSystem) => Run(actorSystem.Materializer());

    public IRunnableGraph<TMat> Named(string name) => this;
}
