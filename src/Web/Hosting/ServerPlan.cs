using Akka.Configuration;
using Akka.Hosting;
using MlxActors.Actors.Hosting;
using MlxActors.Models.Media;
using MlxActors.Native.Results;
using MlxActors.Web.Media;
using MlxActors.Web.Telemetry;

namespace MlxActors.Web.Hosting;

/// <summary>Everything that is decided before the server is put together.</summary>
/// <param name="Metrics">What the actors count with.</param>
/// <param name="AddActors">Starts the actors, the supervisor among them.</param>
internal sealed record ServerPlan(
    Config Hocon,
    ServerSettings Settings,
    TimeLimits Times,
    EngineSettings Engine,
    MediaSettings Media,
    FetchSettings Fetch,
    ModelChoice Choice,
    TelemetrySettings Telemetry,
    ActorMetrics Metrics,
    Action<AkkaConfigurationBuilder> AddActors)
{
    /// <summary>Where the actors say how things stand.</summary>
    public StatusBoard Board { get; init; } = new();

    /// <param name="model">Alias, repository id or folder; null takes the default.</param>
    public static Result<ServerPlan, string> Make(Config hocon, string? model, Surroundings surroundings) =>
        ServerSettings.Read(hocon, surroundings).Bind(settings =>
        TimeLimits.Read(hocon).Bind(times =>
        EngineSettings.Read(hocon, surroundings.Variable).Bind(engine =>
        MediaSettings.Read(hocon, surroundings.Variable("PATH") ?? "").Bind(media =>
        FetchSettings.Read(hocon).Bind(fetch =>
        TelemetrySettings.Read(hocon, surroundings.Variable).Bind(telemetry =>
        ModelChoice.Make(settings.Catalog, model, settings.DefaultModels).Map(choice =>
        {
            var metrics = new ActorMetrics(TimeProvider.System);
            var options = new MlxActorsOptions(
                choice.Catalog.Resolve, engine.Load, new MediaDecoder(media.Limits, media.Ffmpeg, TimeProvider.System), metrics);
            return new ServerPlan(hocon, settings, times, engine, media, fetch, choice, telemetry, metrics, akka => akka.AddMlxActors(options))
            {
                Board = options.Board,
            };
        })))))));
}
