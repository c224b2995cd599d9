using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using MlxActors.Native.Results;
using MlxActors.Web.Hosting;

namespace MlxActors.Web.Cli;

/// <summary>The command that serves.</summary>
internal static class Serve
{
    private const int Failure = 1;

    public static Task<int> RunAsync(ServeOptions options) =>
        Prepare(options).Match(ListenAsync, error => FailAsync(error, CommandLine.UsageError));

    private static Result<ServerPlan, string> Prepare(ServeOptions options) =>
        HoconFiles.Load(
            Path.Combine(AppContext.BaseDirectory, "hocon"),
            options.ConfigFile ?? Environment.GetEnvironmentVariable(HoconFiles.UserFileVariable),
            options.ToHocon())
        .Bind(hocon => ServerPlan.Make(hocon, options.Model, new Surroundings(
            Environment.GetEnvironmentVariable,
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
            AppContext.BaseDirectory)));

    private static async Task<int> ListenAsync(ServerPlan plan)
    {
        await using var app = Server.Build(plan);
        try
        {
            await app.StartAsync();
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            return await FailAsync(InUse(plan.Settings.Address), Failure);
        }
        catch (SocketException e)
        {
            return await FailAsync(
                $"Cannot listen on {plan.Settings.Address}: {e.Message}. Choose another address with --host and --port.", Failure);
        }
        Console.WriteLine(StartupText.Compose(plan.Choice, plan.Engine.Describe(), app.Urls));
        using var secondSignal = new SecondSignal(Environment.Exit);
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static string InUse(IPEndPoint address) =>
        $"Port {address.Port} on {address.Address} is in use by another program. Stop that one, or "
        + $"choose another port: --port {address.Port + 1}";

    private static async Task<int> FailAsync(string message, int exitCode)
    {
        await Console.Error.WriteLineAsync(message);
        return exitCode;
    }
}
