using Akka.Actor;
using Akka.Configuration;
using MlxActors.Actors;
using MlxActors.Actors.Hosting;
using MlxActors.InProcess.Settings;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.InProcess;

/// <summary>What an engine is started with.</summary>
public sealed record MlxEngineOptions
{
    /// <summary>Alias, repository id or folder of the model for calls that name none; null: the configured default.</summary>
    public string? Model { get; init; }

    /// <summary>A file in HOCON over the shipped settings, as <c>docs/configuration.md</c> describes them; null: that of MLXACTORS_CONFIG, if any.</summary>
    public string? ConfigurationFile { get; init; }

    /// <summary>Settings in HOCON that beat every file: <c>mlxactors.engine.threads = 2</c>.</summary>
    public string Configuration { get; init; } = "";
}

/// <summary>
/// The server's engine inside a program, without HTTP: one model in memory at a time, loaded when it is first asked for. Calls may come from
/// any number of threads at once and are batched. One engine is enough for a program.
/// </summary>
public sealed class MlxEngine : IAsyncDisposable
{
    // A library is silent unless something is wrong.
    private const string Quiet = "akka { loglevel = WARNING, stdout-loglevel = WARNING }";

    private readonly ActorSystem _system;
    private readonly SupervisorClient _supervisor;
    private readonly CancellationTokenSource _stopping;

    private MlxEngine(ActorSystem system, SupervisorClient supervisor, CancellationTokenSource stopping, string model) =>
        (_system, _supervisor, _stopping, Model) = (system, supervisor, stopping, model);

    /// <summary>The model for calls that name none.</summary>
    public string Model { get; }

    /// <exception cref="InvalidOperationException">A setting is wrong, or the model is not on this machine.</exception>
    public static MlxEngine Start(MlxEngineOptions? options = null) => Start(options ?? new MlxEngineOptions(), Surroundings.Real);

    /// <summary>A client of this engine; it needs no disposing.</summary>
    /// <param name="model">For calls that name none; null: <see cref="Model"/>.</param>
    public MlxChatClient NewChatClient(string? model = null) => new(_supervisor, model ?? Model);

    /// <summary>Lets running answers finish within <c>mlxactors.shutdown.deadline</c>, and gives all memory back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _supervisor.ShutDownAsync(CancellationToken.None);
        await _system.Terminate();
        _system.Dispose();
        _stopping.Dispose();
    }

    internal static MlxEngine Start(MlxEngineOptions options, Surroundings surroundings)
    {
        var file = options.ConfigurationFile ?? surroundings.Variable(HoconFiles.UserFileVariable);
        return HoconFiles.Load(Path.Combine(surroundings.Binaries, HoconFiles.Folder), file, options.Configuration)
            .Bind(hocon => Start(hocon, options.Model, surroundings))
            .Match(engine => engine, error => throw new InvalidOperationException(error));
    }

    /// <returns>What is wrong, for the user, when it cannot be started.</returns>
    internal static Result<MlxEngine, string> Start(Config hocon, string? model, Surroundings surroundings) =>
        CatalogSettings.Read(hocon, surroundings).Bind(models =>
        EngineSettings.Read(hocon, surroundings.Variable).Bind(engine =>
        MediaSettings.Read(hocon, surroundings.Variable("PATH") ?? "").Bind(media =>
        TimeLimits.Read(hocon).Bind(times =>
        MlxActorsSettings.From(hocon, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes).Bind(settings =>
        ModelChoice.Make(models.Catalog, model, models.Defaults).Map(choice =>
        {
            var decoder = new MediaDecoder(media.Limits, media.Ffmpeg, TimeProvider.System);
            var options = new MlxActorsOptions(choice.Catalog.Resolve, engine.Load, decoder, new ActorMetrics(TimeProvider.System));
            var system = ActorSystem.Create("mlxactors", hocon.WithFallback(ConfigurationFactory.ParseString(Quiet)));
            var supervisor = Task.FromResult(system.ActorOf(ModelSupervisor.Props(options, settings), ModelSupervisor.Name));
            var stopping = new CancellationTokenSource();
            var client = new SupervisorClient(_ => supervisor, system, times, TimeProvider.System, stopping.Token);
            return new MlxEngine(system, client, stopping, choice.Model.Id);
        }))))));
}
