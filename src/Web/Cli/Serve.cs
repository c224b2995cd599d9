using System.Net;
using System.Net.Sockets;
using Akka.Configuration;
using Akka.Hosting;
using Microsoft.AspNetCore.Connections;
using MlxActors.Native.Results;
using MlxActors.Web.Hosting;

namespace MlxActors.Web.Cli;

/// <summary>The command that serves.</summary>
internal static class Serve
{
    private const int Failure = 1;

    /// <param name="addActors">Starts the actors, from the configuration.</param>
    /// <param name="engine">What computes, in words, by the configuration.</param>
    public static Task<int> RunAsync(
        ServeOptions options, Action<AkkaConfigurationBuilder, IServiceProvider> addActors, Func<Config, string> engine) =>
        Prepare(options).Match(
            prepared => ListenAsync(prepared.Settings, prepared.Choice, prepared.Hocon, addActors, engine),
            error => FailAsync(error, CommandLine.UsageError));

    private static Result<(Config Hocon, ServerSettings Settings, ModelChoice Choice), string> Prepare(ServeOptions options) =>
        HoconFiles.Load(
            Path.Combine(AppContext.BaseDirectory, "hocon"),
            options.ConfigFile ?? Environment.GetEnvironmentVariable(HoconFiles.UserFileVariable),
            options.ToHocon())
        .Bind(hocon => ServerSettings.Read(
            hocon,
            Environment.GetEnvironmentVariable,
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
            AppContext.BaseDirectory)
        .Bind(settings => ModelChoice.Make(settings.Catalog, options.Model, settings.DefaultModels)
        .Map(choice => (hocon, settings, choice))));

    private static async Task<int> ListenAsync(
        ServerSettings settings,
        ModelChoice choice,
        Config hocon,
        Action<AkkaConfigurationBuilder, IServiceProvider> addActors,
        Func<Config, string> engine)
    {
        await using var app = Server.Build(settings, choice, hocon, addActors);
        try
        {
            await app.StartAsync();
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            return await FailAsync(InUse(settings.Address), Failure);
        }
        catch (SocketException e)
        {
            return await FailAsync($"Cannot listen on {settings.Address}: {e.Message}. Choose another address with --host and --port.", Failure);
        }
        Console.WriteLine(StartupText.Compose(choice, engine(hocon), app.Urls));
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static string InUse(IPEndPoint address) =>
        $"Port {address.Port} on {address.Address} is in use by another program. Stop that one, or choose another port: --port {address.Port + 1}";

    private static async Task<int> FailAsync(string message, int exitCode)
    {
        await Console.Error.WriteLineAsync(message);
        return exitCode;
    }
}
