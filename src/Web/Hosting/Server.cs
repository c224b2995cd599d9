using System.Diagnostics.Metrics;
using System.Net;
using Akka.Actor;
using Akka.Hosting;
using Akka.Hosting.Logging;
using MlxActors.Actors;
using MlxActors.Generation;
using MlxActors.Http.Access;
using MlxActors.Http.Errors;
using MlxActors.Http.Logging;
using MlxActors.Http.Metrics;
using MlxActors.Web.Engine;
using MlxActors.Web.Media;
using MlxActors.Web.OpenAi;
using MlxActors.Web.Page;
using MlxActors.Web.Telemetry;
using OpenTelemetry.Trace;

namespace MlxActors.Web.Hosting;

/// <summary>Puts the server together: Kestrel, routes, and the actor system beside them.</summary>
internal static class Server
{
    /// <summary>For one <see cref="Build(ServerPlan, WebApplicationBuilder)"/>.</summary>
    public static WebApplicationBuilder CreateBuilder() => WebApplication.CreateSlimBuilder(new WebApplicationOptions
    {
        ContentRootPath = AppContext.BaseDirectory,

        // Nothing is read from appsettings.json, and watching for it would watch every file beside the server.
        Args = ["--hostBuilder:reloadConfigOnChange=false"],
    });

    public static WebApplication Build(ServerPlan plan) => Build(plan, CreateBuilder());

    public static WebApplication Build(ServerPlan plan, WebApplicationBuilder builder)
    {
        var access = plan.Settings.Listening.Access;
        builder.Logging.AddLines(plan.Telemetry.IsJson, plan.Telemetry.Level);
        builder.WebHost.ConfigureKestrel(plan.Settings.Listening.ApplyTo);
        builder.Services
            .Configure<HostOptions>(host => host.ShutdownTimeout = plan.Times.Shutdown + (2 * TimeLimits.Grace))
            .AddAkka("mlxactors", (akka, services) =>
            {
                akka.AddHocon(plan.Hocon, HoconAddMode.Prepend);
                akka.ConfigureLoggers(loggers =>
                {
                    loggers.ClearLoggers();
                    loggers.AddLogger<HostLogger>();
                });
                akka.AddSetup(new LoggerFactorySetup(services.GetRequiredService<ILoggerFactory>()));
                plan.AddActors(akka);
            })
            .AddSingleton(TimeProvider.System)
            .AddSingleton(RequestId.New)
            .AddCors()
            .AddSingleton(plan.Times)
            .AddSingleton(plan.Board)
            .AddSingleton(plan.Telemetry)
            .AddSingleton(services => new MetricStore(plan.Metrics.Meter, services.GetRequiredService<IMeterFactory>()))
            .AddSingleton(access)
            .AddSingleton(plan.Choice.Catalog)
            .AddSingleton(plan.Choice.Model)
            .AddSingleton(plan.Fetch)
            .AddSingleton<ResolveHost>(Dns.GetHostAddressesAsync)
            .AddSingleton<MediaFetcher>()
            .AddSingleton<MediaResolver>()
            .AddSingleton(services => new SupervisorClient(
                services.GetRequiredService<IRequiredActor<ModelSupervisor>>().GetAsync,
                services.GetRequiredService<ActorSystem>(),
                plan.Times,
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping))
            .AddSingleton<Tokenizers>()
            .AddSingleton<ChatCompletions>()
            .AddSingleton<Completions>()
            .AddSingleton(plan.Settings.Responses)
            .AddSingleton<ResponseStore>()
            .AddSingleton<Responses>()
            .AddSingleton<Tokens>()
            .AddSingleton<OpenAi.Models>()
            .AddSingleton<Health>()
            .AddHostedService<Drain>()
            .AddHostedService<WarmUp>();

        if (plan.Telemetry.Traces)
        {
            builder.Services.AddSingleton(_ => Tracing.Start());
        }

        var app = builder.Build();

        // The actor system takes as long as all the rest, and needs nothing of it. Who needs the system waits; why it fails, the host's
        // start says.
        _ = Task.Run(app.Services.GetRequiredService<ActorSystem>);

        // Both listen from the start, and until the end.
        app.Services.GetRequiredService<MetricStore>();
        app.Services.GetService<TracerProvider>();
        app.UseMiddleware<RequestRecorder>();
        app.UseMiddleware<NodeHeader>();
        app.UseMiddleware<ErrorMiddleware>();
        app.UseMiddleware<OriginGuard>();
        if (!access.CorsOrigins.IsEmpty)
        {
            app.UseCors(cors => cors.WithOrigins([.. access.CorsOrigins]).AllowAnyMethod().AllowAnyHeader());
        }
        app.UseMiddleware<ApiKeyGuard>();
        app.MapOpenAi();
        app.MapMetrics(plan.Telemetry.OpenMetrics);
        app.MapChatPage();
        return app;
    }
}
