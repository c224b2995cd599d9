using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.DependencyInjection;
using Akka.Util;
using Microsoft.Extensions.DependencyInjection;

namespace Akka.Hosting;

public delegate Task ActorStarter(ActorSystem system, IActorRegistry registry);

public delegate Task ActorStarterWithResolver(ActorSystem system, IActorRegistry registry, IDependencyResolver resolver);

public delegate Task StartupTask(ActorSystem system, IActorRegistry registry);

/// <summary>Where a configuration goes among those added before.</summary>
public enum HoconAddMode
{
    /// <summary>Below: it gives defaults.</summary>
    Append = 0,

    /// <summary>Above: it overrides.</summary>
    Prepend = 1,

    Replace = 2,
}

/// <summary>Collects what a hosted system is made of.</summary>
public sealed class AkkaConfigurationBuilder
{
    private readonly List<ActorStarterWithResolver> _actors = [];
    private readonly List<StartupTask> _startups = [];
    private readonly List<Setup> _setups = [];

    public AkkaConfigurationBuilder(IServiceCollection serviceCollection, string actorSystemName)
    {
        ServiceCollection = serviceCollection;
        ActorSystemName = actorSystemName;
    }

    public Option<Config> Configuration { get; private set; }

    internal IServiceCollection ServiceCollection { get; }

    internal string ActorSystemName { get; }

    public AkkaConfigurationBuilder StartActors(Action<ActorSystem, IActorRegistry> starter) =>
        StartActors((system, registry, _) => starter(system, registry));

    public AkkaConfigurationBuilder StartActors(Action<ActorSystem, IActorRegistry, IDependencyResolver> starter) =>
        StartActors(new ActorStarterWithResolver((system, registry, resolver) =>
        {
            starter(system, registry, resolver);
            return Task.CompletedTask;
        }));

    public AkkaConfigurationBuilder StartActors(ActorStarter starter) =>
        StartActors(new ActorStarterWithResolver((system, registry, _) => starter(system, registry)));

    public AkkaConfigurationBuilder StartActors(ActorStarterWithResolver starter)
    {
        _actors.Add(starter);
        return this;
    }

    public AkkaConfigurationBuilder AddStartup(Action<ActorSystem, IActorRegistry> startupTask) =>
        AddStartup(new StartupTask((system, registry) =>
        {
            startupTask(system, registry);
            return Task.CompletedTask;
        }));

    public AkkaConfigurationBuilder AddStartup(StartupTask startupTask)
    {
        _startups.Add(startupTask);
        return this;
    }

    internal void AddSetup(Setup setup)
    {
        _setups.RemoveAll(x => x.GetType() == setup.GetType());
        _setups.Add(setup);
    }

    internal void AddConfig(Config config, HoconAddMode mode) => Configuration = mode switch
    {
        HoconAddMode.Append when Configuration.HasValue => Configuration.Value.WithFallback(config),
        HoconAddMode.Prepend when Configuration.HasValue => config.WithFallback(Configuration.Value),
        _ => config,
    };

    internal ActorSystem CreateSystem(IServiceProvider services)
    {
        AddSetup(BootstrapSetup.Create().WithConfig(Configuration.GetOrElse(Config.Empty)));
        AddSetup(DependencyResolverSetup.Create(services));
        return ActorSystem.Create(ActorSystemName, ActorSystemSetup.Create([.. _setups]));
    }

    /// <summary>Starts the actors, all of them, and then runs the start-up tasks.</summary>
    internal async Task StartAsync(ActorSystem system)
    {
        var registry = ActorRegistry.For(system);
        var resolver = DependencyResolver.For(system).Resolver;
        foreach (var actors in _actors)
            await actors(system, registry, resolver).ConfigureAwait(false);
        foreach (var startup in _startups)
            await startup(system, registry).ConfigureAwait(false);
    }
}
