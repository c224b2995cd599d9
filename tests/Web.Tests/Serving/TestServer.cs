using Akka.Actor;
using Akka.Hosting;
using Microsoft.AspNetCore.Builder;
using MlxActors.Actors;
using MlxActors.Web.Hosting;

namespace MlxActors.Web.Tests.Serving;

/// <summary>The real server on a free loopback port, in this process.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestServer(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Urls.Single());
        Http = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>
    /// The plan as Program makes it, on the demo model in exact mode, untouched by this machine's caches and variables but the one that
    /// leads to ffmpeg.
    /// </summary>
    public static ServerPlan Plan(string overrides = "")
    {
        const string Settings = "mlxactors.http.port = 0\nmlxactors.engine { mode = exact, threads = 1 }\n";
        return HoconFiles.Load(Path.Combine(AppContext.BaseDirectory, "hocon"), null, Settings + overrides)
            .Bind(hocon => ServerPlan.Make(hocon, "demo", new Surroundings(SearchPath, Path.GetTempPath(), AppContext.BaseDirectory)))
            .Match(plan => plan, error => throw new InvalidOperationException(error));
    }

    private static string? SearchPath(string variable) => variable == "PATH" ? Environment.GetEnvironmentVariable(variable) : null;

    public static async Task<TestServer> StartAsync(ServerPlan plan)
    {
        var app = Server.Build(plan);
        await app.StartAsync();
        return new TestServer(app);
    }

    /// <summary>The real HTTP side in front of a supervisor that answers by a script.</summary>
    public static Task<TestServer> StartAsync(Script script, string overrides = "") => StartAsync(script, Plan(overrides));

    /// <inheritdoc cref="StartAsync(Script, string)"/>
    public static Task<TestServer> StartAsync(Script script, ServerPlan plan) =>
        StartAsync(plan with
        {
            AddActors = akka => akka.WithActors((system, registry) =>
                registry.Register<ModelSupervisor>(system.ActorOf(Props.Create(() => new ScriptedSupervisor(script))))),
        });

    /// <summary>Tells the server to stop and waits until it has.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
