using System.Linq.Expressions;
using System.Reflection;

namespace Akka.Actor;

/// <summary>Makes the instances of an actor; a new one for each start and restart.</summary>
public interface IIndirectActorProducer
{
    Type ActorType { get; }

    ActorBase Produce();

    void Release(ActorBase actor);
}

/// <summary>The immutable recipe of an actor.</summary>
public class Props : IEquatable<Props>
{
    private readonly IIndirectActorProducer _producer;

    public Props(Type type, object[] args)
        : this(new ConstructorProducer(type, args), args)
    {
    }

    private Props(IIndirectActorProducer producer, object[] args)
    {
        _producer = producer;
        Arguments = args;
    }

    public Type Type => _producer.ActorType;

    public string TypeName => Type.AssemblyQualifiedName;

    public object[] Arguments { get; }

    /// <summary>The dispatcher's path in the configuration; null is the default dispatcher.</summary>
    public string Dispatcher { get; private init; }

    public SupervisorStrategy SupervisorStrategy { get; private init; }

    /// <summary>From a `new` expression: its arguments are evaluated now, its constructor is called for each instance.</summary>
    public static Props Create<TActor>(Expression<Func<TActor>> factory, SupervisorStrategy supervisorStrategy = null)
        where TActor : ActorBase
    {
        if (factory.Body is not NewExpression expression)
            throw new ArgumentException("The create function must be a 'new T (args)' expression");
        var args = expression.Arguments
            .Select(x => Expression.Lambda<Func<object>>(Expression.Convert(x, typeof(object))).Compile(preferInterpretation: true)())
            .ToArray();
        return new Props(typeof(TActor) == expression.Type ? typeof(TActor) : expression.Type, args) { SupervisorStrategy = supervisorStrategy };
    }

    public static Props Create<TActor>(params object[] args)
        where TActor : ActorBase => new(typeof(TActor), args);

    public static Props Create<TActor>(SupervisorStrategy supervisorStrategy)
        where TActor : ActorBase, new() => new(typeof(TActor), []) { SupervisorStrategy = supervisorStrategy };

    public static Props Create(Type type, params object[] args) =>
        new(type ?? throw new ArgumentNullException(nameof(type)), args);

    public static Props CreateBy(IIndirectActorProducer producer, params object[] args) => new(producer, args);

    public Props WithDispatcher(string dispatcher) =>
        new(_producer, Arguments) { Dispatcher = dispatcher, SupervisorStrategy = SupervisorStrategy };

    public Props WithSupervisorStrategy(SupervisorStrategy supervisorStrategy) =>
        new(_producer, Arguments) { Dispatcher = Dispatcher, SupervisorStrategy = supervisorStrategy };

    public virtual ActorBase NewActor() => _producer.Produce();

    public bool Equals(Props other) => other is not null && Type == other.Type && Dispatcher == other.Dispatcher
        && Arguments.SequenceEqual(other.Arguments);

    public override bool Equals(object obj) => obj is Props other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Type, Dispatcher);

    private sealed class ConstructorProducer(Type type, object[] args) : IIndirectActorProducer
    {
        public Type ActorType => type;

        public ActorBase Produce()
        {
            const BindingFlags Flags = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic
                | BindingFlags.DoNotWrapExceptions;
            return (ActorBase)Activator.CreateInstance(type, Flags, null, args, null);
        }

        public void Release(ActorBase actor)
        {
        }
    }
}
