using Akka.Configuration;
using Akka.Util;

namespace Akka.Actor.Setup
{
    /// <summary>A typed piece of what a system is started with.</summary>
    public abstract class Setup;

    public sealed class ActorSystemSetup
    {
        public static readonly ActorSystemSetup Empty = new([]);

        private readonly Dictionary<Type, Setup> _setups;

        private ActorSystemSetup(Dictionary<Type, Setup> setups) => _setups = setups;

        public static ActorSystemSetup Create(params Setup[] setup) => new(setup.ToDictionary(x => x.GetType()));

        public Option<T> Get<T>()
            where T : Setup => _setups.TryGetValue(typeof(T), out var setup) ? (T)setup : Option<T>.None;

        public ActorSystemSetup WithSetup<T>(T setup)
            where T : Setup => new(new Dictionary<Type, Setup>(_setups) { [setup.GetType()] = setup });

        public ActorSystemSetup And<T>(T setup)
            where T : Setup => WithSetup(setup);
    }
}

namespace Akka.Actor
{
    public sealed class BootstrapSetup : Setup.Setup
    {
        private BootstrapSetup(Option<Config> config) => Config = config;

        public Option<Config> Config { get; }

        public static BootstrapSetup Create() => new(Option<Config>.None);

        public BootstrapSetup WithConfig(Config config) => new(config);

        public BootstrapSetup WithConfigFallback(Config config) =>
            WithConfig(Config.HasValue ? Config.Value.WithFallback(config) : config);
    }
}
