using MlxActors.Gateway.Hosting;
using MlxActors.Web.Hosting;
using MlxActors.Web.OpenAi;
using MlxActors.Web.Page;
using MlxActors.Web.Telemetry;
using OpenTelemetry.Trace;

namespace MlxActors.Web.Cli;

/// <summary>The command that serves a gateway.</summary>
internal static class ServeGateway
{
    /// <param name="overrides">What the command line says, as HOCON.</param>
    public static Task<int> RunAsync(string? configFile, string overrides, Desk desk) => desk.Configure(configFile, overrides)
        .Bind(hocon => GatewayReader.Read(hocon, desk.Surroundings.Variable))
        .Match(settings => ListenAsync(settings, desk), error => desk.FailAsync(error, ExitCodes.Usage));

    private static async Task<int> ListenAsync(GatewaySettings settings, Desk desk)
    {
        await using var app = Build(settings, Tracing.IsAskedFor(desk.Surroundings.Variable));
        if (await Listening.StartAsync(app, settings.Listening.Address) is { } why)
        {
            return await desk.FailAsync(why);
        }
        var nodes = settings.Nodes.Select(node => node.Url).Concat(settings.Dns.Names.Select(name => name.ToString()));
        await desk.Out.WriteLineAsync(StartupText.ComposeGateway(nodes, app.Urls));
        using var secondSignal = new SecondSignal(Environment.Exit);
        await app.WaitForShutdownAsync();
        return ExitCodes.Success;
    }

    /// <summary>The gateway, with the page and the description of the API that a server has too.</summary>
    private static WebApplication Build(GatewaySettings settings, bool traces)
    {
        var builder = GatewayHost.CreateBuilder();
        if (traces)
        {
            builder.Services.AddSingleton(_ => Tracing.StartGateway());
        }
        var app = GatewayHost.Build(settings, builder);
        app.Services.GetService<TracerProvider>();
        app.MapApiDocument();
        app.MapChatPage();
        return app;
    }
}
