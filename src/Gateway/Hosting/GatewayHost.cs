using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MlxActors.Gateway.Endpoints;
using MlxActors.Gateway.Forwarding;
using MlxActors.Gateway.Nodes;
using MlxActors.Http.Access;
using MlxActors.Http.Errors;
using MlxActors.Http.Logging;
using MlxActors.Http.Metrics;

namespace MlxActors.Gateway.Hosting;

/// <summary>Puts the gateway together: Kestrel, routes, YARP's forwarder, and what watches the nodes.</summary>
internal static class GatewayHost
{
    /// <summary>For one <see cref="Build"/>.</summary>
    public static WebApplicationBuilder CreateBuilder() => WebApplication.CreateSlimBuilder(new WebApplicationOptions
    {
        ContentRootPath = AppContext.BaseDirectory,

        // Nothing is read from appsettings.json, and watching for it would watch every file beside the program.
        Args = ["--hostBuilder:reloadConfigOnChange=false"],
    });

    public static WebApplication Build(GatewaySettings settings, WebApplicationBuilder builder)
    {
        var access = settings.Listening.Access;
        builder.Logging.AddLines(settings.Telling.IsJson, settings.Telling.Level);

        // What the forwarder says of a broken node, the gateway says itself, in one line.
        builder.Logging.AddFilter("Yarp", LogLevel.Critical);
        builder.WebHost.ConfigureKestrel(settings.Listening.ApplyTo);
        builder.Services
            .Configure<HostOptions>(host => host.ShutdownTimeout = settings.Shutdown + (2 * Drain.Grace))
            .AddHttpForwarder()
            .AddCors()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(settings.Policy)
            .AddSingleton(settings.Health)
            .AddSingleton(settings.Dns)
            .AddSingleton(access)
            .AddSingleton(settings.Access)
            .AddSingleton<GatewayMetrics>()
            .AddSingleton(services => new MetricStore(
                services.GetRequiredService<GatewayMetrics>().Meter, services.GetRequiredService<IMeterFactory>()))
            .AddSingleton<NodeTable>()
            .AddSingleton<NodeClient>()
            .AddSingleton(services => ActivatorUtilities.CreateInstance<ResponseDirectory>(services, settings.Responses))
            .AddSingleton(services => ActivatorUtilities.CreateInstance<Drain>(services, settings.Shutdown))
            .AddSingleton<ForwardingTools>()
            .AddSingleton<Forwarder>()
            .AddSingleton<ForwardedRoutes>()
            .AddSingleton<ModelList>()
            .AddSingleton<NodeList>()
            .AddSingleton<GatewayHealth>()
            .AddSingleton<NodePoller>()
            .AddHostedService<DnsNodes>()
            .AddHostedService(services => services.GetRequiredService<NodePoller>())
            .AddHostedService(services => services.GetRequiredService<Drain>());
        builder.Services.TryAddSingleton<LookUpHost>(Dns.GetHostAddressesAsync);
        var app = builder.Build();

        var table = app.Services.GetRequiredService<NodeTable>();
        foreach (var node in settings.Nodes)
        {
            table.Add(node, "settings");
        }

        // It listens from the start, and until the end.
        app.Services.GetRequiredService<MetricStore>();
        app.Services.GetRequiredService<GatewayMetrics>().Watch(table);
        app.UseMiddleware<GatewayRecorder>();
        app.UseMiddleware<ErrorMiddleware>();
        app.UseMiddleware<OriginGuard>();
        if (!access.CorsOrigins.IsEmpty)
        {
            app.UseCors(cors => cors.WithOrigins([.. access.CorsOrigins]).AllowAnyMethod().AllowAnyHeader());
        }
        app.UseMiddleware<ApiKeyGuard>();
        app.MapGateway(settings.ManageKeys, settings.Telling.OpenMetrics);
        return app;
    }
}
