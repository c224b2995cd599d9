using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;

namespace Akka.Dispatch;

/// <summary>The dispatchers of a system, made from its configuration when first used.</summary>
public sealed class Dispatchers
{
    public static readonly string DefaultDispatcherId = "akka.actor.default-dispatcher";

    private readonly ConcurrentDictionary<string, Lazy<MessageDispatcher>> _shared = new();
    private readonly ConcurrentBag<MessageDispatcher> _pinned = [];
    private readonly Config _config;

    internal Dispatchers(Config config) => _config = config;

    public MessageDispatcher DefaultGlobalDispatcher => Lookup(DefaultDispatcherId);

    public bool HasDispatcher(string id) => _config.HasPath(id);

    public MessageDispatcher Lookup(string dispatcherName) =>
        _shared.GetOrAdd(dispatcherName, id => new Lazy<MessageDispatcher>(() => Create(id))).Value;

    /// <summary>The deployment section of the configuration goes before what the Props say.</summary>
    internal MessageDispatcher ForActor(Props props, ActorPath path)
    {
        var id = Deployed(path) ?? props.Dispatcher ?? DefaultDispatcherId;
        if (_config.GetString($"{id}.type") != "PinnedDispatcher")
            return Lookup(id);
        var own = Create(id);
        _pinned.Add(own);
        return own;
    }

    internal void Shutdown()
    {
        foreach (var dispatcher in _shared.Values.Where(x => x.IsValueCreated).Select(x => x.Value).Concat(_pinned))
            dispatcher.Shutdown();
    }

    private string Deployed(ActorPath path)
    {
        if (path.Depth < 2 || path.Elements[0] != "user")
            return null;
        var key = "/" + string.Join('/', path.Elements.Skip(1));
        return _config.GetString($"akka.actor.deployment.\"{key}\".dispatcher");
    }

    private MessageDispatcher Create(string id)
    {
        var config = _config.GetConfig(id);
        if (config.IsEmpty)
            throw new ConfigurationException($"Dispatcher [{id}] not configured");
        var throughput = config.GetInt("throughput", 30);
        var type = config.GetString("type", "Dispatcher");
        switch (type)
        {
            case "PinnedDispatcher":
                return new DedicatedThreadDispatcher(id, throughput, 1, background: true, pinned: true);
            case "ForkJoinDispatcher":
                return ForkJoin(id, throughput, config.GetConfig("dedicated-thread-pool"));
            case "Dispatcher" or "TaskDispatcher" or "ThreadPoolDispatcher" or "ChannelExecutor":
                return new ThreadPoolDispatcher(id, throughput);
            default:
                throw new ConfigurationException($"Could not resolve dispatcher type [{type}] for path [{id}]");
        }
    }

    private static DedicatedThreadDispatcher ForkJoin(string id, int throughput, Config pool)
    {
        if (pool.IsEmpty)
            throw new ConfigurationException($"The ForkJoinDispatcher [{id}] needs a dedicated-thread-pool section");
        if (pool.HasPath("deadlock-timeout") && pool.GetTimeSpan("deadlock-timeout") == TimeSpan.Zero)
            throw new ArgumentException("deadlock-timeout must be null or greater than zero", nameof(pool));
        var background = pool.GetString("threadtype", "background") != "foreground";
        return new DedicatedThreadDispatcher(id, throughput, pool.GetInt("thread-count"), background, pinned: false);
    }
}
