using Akka;
using Akka.Actor;
using Akka.Event;
using Akka.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using LogLevel = Akka.Event.LogLevel;

namespace MlxActors.Standins.Tests.Hosting;

public sealed class HostingSpecs
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task WithActors_RegistersActorsByKey()
    {
        using var host = await StartAsync(akka => akka.WithActors((system, registry) =>
            registry.Register<Echo>(system.ActorOf(Props.Create(() => new Echo("plain"))))));
        var echo = host.Services.GetRequiredService<IRequiredActor<Echo>>().ActorRef;
        Assert.Equal("plain hi", await echo.Ask<string>("hi", Soon));
        Assert.Equal(echo, host.Services.GetRequiredService<IActorRegistry>().Get<Echo>());
        Assert.Equal(echo, ActorRegistry.For(host.Services.GetRequiredService<ActorSystem>()).Get<Echo>());
        await host.StopAsync();
    }

    [Fact]
    public async Task WithActors_Resolver_GivesServicesToConstructors()
    {
        using var host = await StartAsync(akka => akka.WithActors((system, registry, resolver) =>
            registry.Register<Echo>(system.ActorOf(resolver.Props<Served>("prefix")))));
        var actor = await host.Services.GetRequiredService<IRequiredActor<Echo>>().GetAsync().WaitAsync(Soon);
        Assert.Equal("prefix greeting", await actor.Ask<string>("hi", Soon));
        await host.StopAsync();
    }

    [Fact]
    public async Task RequiredActor_NotRegistered_Throws()
    {
        using var host = await StartAsync(_ => { });
        var required = host.Services.GetRequiredService<IRequiredActor<Echo>>();
        Assert.Throws<MissingActorRegistryEntryException>(() => required.ActorRef);
        await host.StopAsync();
    }

    [Fact]
    public async Task Registry_GetAsync_WaitsForTheRegistration()
    {
        using var host = await StartAsync(_ => { });
        var system = host.Services.GetRequiredService<ActorSystem>();
        var registry = ActorRegistry.For(system);
        var waiting = registry.GetAsync<Echo>();
        Assert.False(waiting.IsCompleted);
        var echo = system.ActorOf(Props.Create(() => new Echo("late")));
        registry.Register<Echo>(echo);
        Assert.Equal(echo, await waiting.WaitAsync(Soon));
        Assert.Throws<DuplicateActorRegistryException>(() => registry.Register<Echo>(echo));
        await host.StopAsync();
    }

    [Fact]
    public async Task AddHocon_PrependWinsOverAppend_AndLaterPrependOverEarlier()
    {
        using var host = await StartAsync(akka => akka
            .AddHocon("own { a = first, b = first }", HoconAddMode.Append)
            .AddHocon("own { b = second }", HoconAddMode.Append)
            .AddHocon("own { a = third }", HoconAddMode.Prepend)
            .AddHocon("own { a = fourth }", HoconAddMode.Prepend));
        var config = host.Services.GetRequiredService<ActorSystem>().Settings.Config;
        Assert.Equal("fourth", config.GetString("own.a"));
        Assert.Equal("first", config.GetString("own.b"));
        await host.StopAsync();
    }

    [Fact]
    public async Task AddHocon_FromTheHostsConfiguration_ReadsValuesAndLists()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["own:timeout"] = "5s",
            ["own:names:0"] = "a",
            ["own:names:1"] = "b",
        }).Build();
        using var host = await StartAsync(akka => akka.AddHocon(settings, HoconAddMode.Prepend));
        var config = host.Services.GetRequiredService<ActorSystem>().Settings.Config;
        Assert.Equal(TimeSpan.FromSeconds(5), config.GetTimeSpan("own.timeout"));
        Assert.Equal(["a", "b"], config.GetStringList("own.names"));
        await host.StopAsync();
    }

    [Fact]
    public async Task AddStartup_RunsAfterTheActorsStarted()
    {
        IActorRef? seen = null;
        using var host = await StartAsync(akka => akka
            .AddStartup((_, registry) => seen = registry.Get<Echo>())
            .WithActors((system, registry) => registry.Register<Echo>(system.ActorOf(Props.Create(() => new Echo("x"))))));
        Assert.NotNull(seen);
        await host.StopAsync();
    }

    [Fact]
    public async Task StoppingTheHost_RunsCoordinatedShutdown_AndTerminatesTheSystem()
    {
        using var host = await StartAsync(_ => { });
        var system = host.Services.GetRequiredService<ActorSystem>();
        var ran = false;
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseServiceStop, "note", () =>
        {
            ran = true;
            return Task.FromResult(Done.Instance);
        });
        await host.StopAsync();
        Assert.True(ran);
        await system.WhenTerminated.WaitAsync(Soon);
    }

    [Fact]
    public async Task AskTimeout_OfTheBuilder_IsTheDefault()
    {
        using var host = await StartAsync(akka => akka.WithActorAskTimeout(TimeSpan.FromMilliseconds(50)));
        var silent = host.Services.GetRequiredService<ActorSystem>().ActorOf(Props.Create(() => new Silent()));
        await Assert.ThrowsAsync<AskTimeoutException>(() => silent.Ask<string>("hello").WaitAsync(Soon));
        await host.StopAsync();
    }

    [Fact]
    public async Task AddLoggerFactory_SendsLogsToTheHostsLoggers()
    {
        var lines = new Lines();
        using var host = await StartAsync(
            akka => akka.ConfigureLoggers(loggers =>
            {
                loggers.LogLevel = LogLevel.InfoLevel;
                loggers.ClearLoggers();
                loggers.AddLoggerFactory();
            }),
            lines);
        host.Services.GetRequiredService<ActorSystem>().Log.Warning("mind the {0}", "gap");
        for (var i = 0; i < 500 && !lines.Contains("mind the gap"); i++)
            await Task.Delay(10);
        Assert.True(lines.Contains("mind the gap"));
        await host.StopAsync();
    }

    private static async Task<IHost> StartAsync(Action<AkkaConfigurationBuilder> configure, ILoggerProvider? logs = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton("greeting");
        if (logs is not null)
            builder.Logging.AddProvider(logs);
        builder.Services.AddAkka("hosted", akka =>
        {
            akka.AddHocon("akka.loglevel = WARNING", HoconAddMode.Append);
            configure(akka);
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo(string prefix) => Receive<string>(x => Sender.Tell($"{prefix} {x}"));
    }

    private sealed class Served : ReceiveActor
    {
        public Served(string prefix, IServiceProvider services) =>
            Receive<string>(_ => Sender.Tell($"{prefix} {services.GetRequiredService<string>()}"));
    }

    private sealed class Silent : ReceiveActor
    {
        public Silent() => ReceiveAny(_ => { });
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly List<string> _lines = [];

        public bool Contains(string text)
        {
            lock (_lines)
                return _lines.Exists(x => x.Contains(text, StringComparison.Ordinal));
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(
            Microsoft.Extensions.Logging.LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
                _lines.Add(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
