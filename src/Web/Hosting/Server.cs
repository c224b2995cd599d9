using System.Net;
using Akka.Hosting;
using Akka.Hosting.Logging;
using MlxActors.Generation;
using MlxActors.Web.Engine;
using MlxActors.Web.Hosting.Access;
using MlxActors.Web.Media;
using MlxActors.Web.OpenAi;
using MlxActors.Web.OpenAi.Errors;
using MlxActors.Web.Page;

namespace MlxActors.Web.Hosting;

/// <summary>Puts the server together: Kestrel, routes, and the actor system beside them.</summary>
internal static class Server
{
    public static WebApplication Build(ServerPlan plan)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,

            // Nothing is read from appsettings.json, and watching for it would watch every file beside the server.
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
        ConfigureLogging(builder.Logging);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = plan.Settings.MaxRequestBytes;
            plan.Settings.Connections.ApplyTo(kestrel.Limits);
            kestrel.Listen(plan.Settings.Address);
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
            .AddSingleton(plan.Settings.Access)
            .AddSingleton(plan.Choice.Catalog)
            .AddSingleton(plan.Choice.Model)
            .AddSingleton(plan.Media.Fetch)
            .AddSingleton<ResolveHost>(Dns.GetHostAddressesAsync)
            .AddSingleton<MediaFetcher>()
            .AddSingleton<MediaResolver>()
            .AddSingleton<SupervisorClient>()
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

        var app = builder.Build();
        app.UseMiddleware<ErrorMiddleware>();
        app.UseMiddleware<OriginGuard>();
        if (!plan.Settings.Access.CorsOrigins.IsEmpty)
        {
            app.UseCors(cors => cors.WithOrigins([.. plan.Settings.Access.CorsOrigins]).AllowAnyMethod().AllowAnyHeader());
        }
        app.UseMiddleware<ApiKeyGuard>();
        app.MapOpenAi();
        app.MapChatPage();
        return app;
    }

    // One line an entry; the framework's own chatter stays out unless the environment asks for it (Logging__LogLevel__…).
    private static void ConfigureLogging(ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
        });
        logging.AddFilter("Microsoft", LogLevel.Warning);

        // A host that cannot start throws what it logs, and the command line says it in one sentence.
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical);
    }
}
