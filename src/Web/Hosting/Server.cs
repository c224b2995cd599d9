using System.Diagnostics.Metrics;
using System.Net;
using Akka.Actor;
using Akka.Hosting;
using Akka.Hosting.Logging;
using Microsoft.Extensions.Logging.Console;
using MlxActors.Actors;
using MlxActors.Generation;
using MlxActors.Web.Engine;
using MlxActors.Web.Hosting.Access;
using MlxActors.Web.Media;
using MlxActors.Web.OpenAi;
using MlxActors.Web.OpenAi.Errors;
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
        ConfigureLogging(builder.Logging, plan.Telemetry);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = plan.Settings.MaxRequestBytes;
            plan.Settings.Connections.ApplyTo(kestrel.Limits);
            kestrel.Listen(plan.Settings.Address, listen => listen.Use(BareErrors.Around));
        });
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
            .AddSingleton(plan.Telemetry)
            .AddSingleton(services => new MetricStore(plan.Metrics.Meter, services.GetRequiredService<IMeterFactory>()))
            .AddSingleton(plan.Settings.Access)
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
        app.UseMiddleware<ErrorMiddleware>();
        app.UseMiddleware<OriginGuard>();
        if (!plan.Settings.Access.CorsOrigins.IsEmpty)
        {
            app.UseCors(cors => cors.WithOrigins([.. plan.Settings.Access.CorsOrigins]).AllowAnyMethod().AllowAnyHeader());
        }
        app.UseMiddleware<ApiKeyGuard>();
        app.MapOpenAi();
        app.MapMetrics(plan.Telemetry.OpenMetrics);
        app.MapChatPage();
        return app;
    }

    // One line an entry; the framework's own chatter stays out unless the environment asks for it (Logging__LogLevel__…).
    private static void ConfigureLogging(ILoggingBuilder logging, TelemetrySettings settings)
    {
        logging.AddConsole(console => console.FormatterName = settings.IsJson ? JsonLogLines.FormatterName : LogLines.FormatterName);
        logging.Services.AddSingleton<ConsoleFormatter, LogLines>().AddSingleton<ConsoleFormatter, JsonLogLines>();
        logging.SetMinimumLevel(settings.Level);
        logging.AddFilter("Microsoft", LogLevel.Warning);

        // A host that cannot start throws what it logs, and the command line says it in one sentence.
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical);
    }
}
