using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using MlxActors.Models.Media.Ffmpeg;
using MlxActors.Native.Results;
using MlxActors.Web.Hosting;
using Config = Akka.Configuration.Config;

namespace MlxActors.Web.Cli;

/// <summary>The command that serves.</summary>
internal static class Serve
{
    public static Task<int> RunAsync(ServeOptions options, Desk desk)
    {
        // What needs no settings is made while they are read: half of the time until the server listens goes into types that are met for
        // the first time.
        var builder = Task.Run(() =>
        {
            HoconFiles.MeetDurations();
            return Server.CreateBuilder();
        });
        return desk.Configure(options.ConfigFile, options.ToHocon()).Match(
            hocon => ServeAsync(hocon, options.Model, builder, desk),
            error => desk.FailAsync(error, ExitCodes.Usage));
    }

    // A model that the user names is downloaded first when it is not here; one that a request names never is.
    private static async Task<int> ServeAsync(Config hocon, string? model, Task<WebApplicationBuilder> builder, Desk desk)
    {
        if (model is not null
            && CatalogSettings.Read(hocon, desk.Surroundings) is Result<CatalogSettings, string>.Ok(var models)
            && await ModelPull.EnsureAsync(models.Catalog, model, desk) is { } failed)
        {
            return failed;
        }
        return await ServerPlan.Make(hocon, model, desk.Surroundings)
            .Match(async plan => await ListenAsync(plan, await builder, desk), error => desk.FailAsync(error, ExitCodes.Usage));
    }

    private static async Task<int> ListenAsync(ServerPlan plan, WebApplicationBuilder builder, Desk desk)
    {
        await using var app = Server.Build(plan, builder);
        try
        {
            await app.StartAsync();
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            return await desk.FailAsync(InUse(plan.Settings.Listening.Address, PortOwner.Find(plan.Settings.Listening.Address.Port)));
        }
        catch (SocketException e)
        {
            return await desk.FailAsync(
                $"Cannot listen on {plan.Settings.Listening.Address}: {e.Message}. Choose another address with --host and --port.");
        }

        // Where ffmpeg is, and no more: to run it would take longer than half of the rest. `doctor` does.
        var ffmpeg = FfmpegVersion.Locate(plan.Media.Ffmpeg);
        await desk.Out.WriteLineAsync(StartupText.Compose(plan.Choice, plan.Engine.Describe(), ffmpeg, app.Urls));
        using var secondSignal = new SecondSignal(Environment.Exit);
        await app.WaitForShutdownAsync();
        return ExitCodes.Success;
    }

    private static string InUse(IPEndPoint address, string? owner) =>
        $"Port {address.Port} on {address.Address} is in use by {owner ?? "another program"}. Stop that one, or "
        + $"choose another port: --port {(address.Port < IPEndPoint.MaxPort ? address.Port + 1 : 0)}";
}
