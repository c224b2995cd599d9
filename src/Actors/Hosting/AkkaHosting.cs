using Akka.Hosting;
using MlxActors.Models;
using MlxActors.Models.Media;

namespace MlxActors.Actors.Hosting;

/// <summary>
/// What the actors are given from outside: how names become checkpoints, checkpoints models, and files pixels and samples; and where they
/// count what they do.
/// </summary>
public sealed record MlxActorsOptions(ResolveModel Resolve, LoadModel Load, IMediaDecoder Media, ActorMetrics Metrics)
{
    /// <summary>Where the supervisor says how things stand.</summary>
    public StatusBoard Board { get; init; } = new();
}

public static class AkkaHosting
{
    /// <summary>
    /// Starts the supervisor and registers it under <see cref="ModelSupervisor"/>. The configuration must hold
    /// <c>hocon/application.conf</c> and <c>hocon/dispatchers.conf</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">At start-up: a setting is missing or wrong.</exception>
    public static AkkaConfigurationBuilder AddMlxActors(this AkkaConfigurationBuilder builder, MlxActorsOptions options) =>
        builder.WithActors((system, registry) =>
        {
            var settings = MlxActorsSettings.From(system.Settings.Config, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
                .Match(settings => settings, error => throw new InvalidOperationException(error));
            registry.Register<ModelSupervisor>(system.ActorOf(ModelSupervisor.Props(options, settings), ModelSupervisor.Name));
        });
}
