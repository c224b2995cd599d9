using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Configuration.Hocon;
using Akka.DependencyInjection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Akka.Hosting;

public static class AkkaHostingExtensions
{
    public static IServiceCollection AddAkka(
        this IServiceCollection services, string actorSystemName, Action<AkkaConfigurationBuilder> builder) =>
        services.AddAkka(actorSystemName, (configuration, _) => builder(configuration));

    /// <summary>Adds a system that starts and stops with the host.</summary>
    public static IServiceCollection AddAkka(
        this IServiceCollection services, string actorSystemName, Action<AkkaConfigurationBuilder, IServiceProvider> builder)
    {
        services.AddSingleton(provider =>
        {
            var configuration = new AkkaConfigurationBuilder(services, actorSystemName);
            builder(configuration, provider);
            return configuration;
        });
        services.AddSingleton(provider => provider.GetRequiredService<AkkaConfigurationBuilder>().CreateSystem(provider));
        services.AddSingleton(provider => ActorRegistry.For(provider.GetRequiredService<ActorSystem>()));
        services.AddSingleton<IActorRegistry>(provider => provider.GetRequiredService<ActorRegistry>());
        services.AddSingleton<IReadOnlyActorRegistry>(provider => provider.GetRequiredService<ActorRegistry>());
        services.AddSingleton(typeof(IRequiredActor<>), typeof(RequiredActor<>));
        services.AddSingleton<IHostedService, AkkaHostedService>();
        return services;
    }

    public static AkkaConfigurationBuilder AddSetup(this AkkaConfigurationBuilder builder, Setup setup)
    {
        builder.AddSetup(setup);
        return builder;
    }

    public static AkkaConfigurationBuilder AddHocon(this AkkaConfigurationBuilder builder, Config hocon, HoconAddMode addMode)
    {
        builder.AddConfig(hocon, addMode);
        return builder;
    }

    /// <summary>Adds a section of the host's configuration. Normalized keys are in lower case, with dashes for dots.</summary>
    public static AkkaConfigurationBuilder AddHocon(
        this AkkaConfigurationBuilder builder, IConfiguration configuration, HoconAddMode addMode, bool normalizeKeys = true) =>
        builder.AddHocon(ConfigurationToHocon.Convert(configuration, normalizeKeys), addMode);

    public static AkkaConfigurationBuilder AddHoconFile(this AkkaConfigurationBuilder builder, string hoconFilePath, HoconAddMode addMode) =>
        builder.AddHocon(ConfigurationFactory.ParseString(File.ReadAllText(hoconFilePath)), addMode);

    public static AkkaConfigurationBuilder WithActorAskTimeout(this AkkaConfigurationBuilder builder, TimeSpan timeout)
    {
        var value = timeout == Timeout.InfiniteTimeSpan ? "infinite" : $"{timeout.TotalMilliseconds:0}ms";
        return builder.AddHocon($"akka.actor.ask-timeout = {value}", HoconAddMode.Prepend);
    }

    public static AkkaConfigurationBuilder WithActors(
        this AkkaConfigurationBuilder builder, Action<ActorSystem, IActorRegistry> actorStarter) => builder.StartActors(actorStarter);

    public static AkkaConfigurationBuilder WithActors(
        this AkkaConfigurationBuilder builder, Action<ActorSystem, IActorRegistry, IDependencyResolver> actorStarter) =>
        builder.StartActors(actorStarter);

    public static AkkaConfigurationBuilder WithActors(this AkkaConfigurationBuilder builder, ActorStarter actorStarter) =>
        builder.StartActors(actorStarter);

    public static AkkaConfigurationBuilder WithActors(this AkkaConfigurationBuilder builder, ActorStarterWithResolver actorStarter) =>
        builder.StartActors(actorStarter);
}

internal static class ConfigurationToHocon
{
    public static Config Convert(IConfiguration configuration, bool normalizeKeys) =>
        new(new HoconRoot(new HoconValue(Fields(configuration.GetChildren(), normalizeKeys))));

    private static HoconObject Fields(IEnumerable<IConfigurationSection> sections, bool normalizeKeys)
    {
        var fields = new HoconObject();
        foreach (var section in sections)
            fields.Items[normalizeKeys ? section.Key.ToLowerInvariant() : section.Key] = Value(section, normalizeKeys);
        return fields;
    }

    private static HoconValue Value(IConfigurationSection section, bool normalizeKeys)
    {
        IConfigurationSection[] children = [.. section.GetChildren()];
        if (children.Length == 0)
            return new HoconValue(section.Value);
        return children.All(x => int.TryParse(x.Key, out _))
            ? new HoconValue([.. children.OrderBy(x => int.Parse(x.Key)).Select(x => Value(x, normalizeKeys))])
            : new HoconValue(Fields(children, normalizeKeys));
    }
}
