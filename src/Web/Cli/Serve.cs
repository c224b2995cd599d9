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
        if (await Listening.StartAsync(app, plan.Settings.Listening.Address) is { } why)
        {
            return await desk.FailAsync(why);
        }

        // Where ffmpeg is, and no more: to run it would take longer than half of the rest. `doctor` does.
        var ffmpeg = FfmpegVersion.Locate(plan.Media.Ffmpeg);
        await desk.Out.WriteLineAsync(StartupText.Compose(plan.Choice, plan.Engine.Describe(), ffmpeg, app.Urls));
        using var secondSignal = new SecondSignal(Environment.Exit);
        await app.WaitForShutdownAsync();
        return ExitCodes.Success;
    }
}
