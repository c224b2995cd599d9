using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using MlxActors.Models;
using MlxActors.Models.Hub;
using MlxActors.Models.Media.Ffmpeg;
using MlxActors.Native.Results;
using MlxActors.Web.Hosting;
using MlxActors.Web.Hub;
using Config = Akka.Configuration.Config;

namespace MlxActors.Web.Cli;

/// <summary>How a part of the machine stands.</summary>
internal enum Health
{
    Good,

    /// <summary>The server runs, but something will not work, or not well.</summary>
    Warning,

    /// <summary>The server does not run.</summary>
    Bad,
}

/// <param name="Name">The part, in a word.</param>
/// <param name="Finding">What was found, and what to do when it is not good.</param>
internal sealed record Diagnosis(string Name, Health Health, string Finding);

/// <summary>Looks at everything the server stands on. Loads no model and sends nothing anywhere.</summary>
internal static class Doctor
{
    public static async Task<IReadOnlyList<Diagnosis>> ExamineAsync(Config hocon, Desk desk, CancellationToken cancellationToken) =>
    [
        Runtime(),
        Good("SDK", DotnetSdk.Find(desk.Surroundings.Variable("PATH") ?? "") ?? "none; only building needs one"),
        Good("System", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, {Environment.ProcessorCount} processors, "
            + $"{ByteText.Of(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)} of memory"),
        .. EngineSettings.Read(hocon, desk.Surroundings.Variable).Match(Engine, error => [Bad("Engine", error)]),
        await FfmpegAsync(hocon, desk, cancellationToken),
        .. ServerSettings.Read(hocon, desk.Surroundings).Match(
            settings => [Models(settings), Cache(settings.Catalog.Cache, desk), Port(settings.Listening.Address)],
            error => new[] { Bad("Settings", error) }),
        Hub(desk),
    ];

    private static Diagnosis Runtime() => Environment.Version.Major >= 10
        ? Good("Runtime", RuntimeInformation.FrameworkDescription)
        : Bad("Runtime", $"{RuntimeInformation.FrameworkDescription}; .NET 10 is needed");

    private static Diagnosis[] Engine(EngineSettings engine)
    {
        var usable = engine.Instructions();
        return
        [
            Good("Engine", engine.Describe()),
            usable is [_] ? new("Processor", Health.Warning, "no vector instructions that the engine knows: it will be slow")
                : Good("Processor", string.Join(", ", usable)),
            Good("Bandwidth", $"{ByteText.Of((long)engine.ReadBandwidth())}/s read from memory: "
                + "a token takes at least the time to read the weights once"),
        ];
    }

    private static async Task<Diagnosis> FfmpegAsync(Config hocon, Desk desk, CancellationToken cancellationToken)
    {
        var found = await MediaSettings.Read(hocon, desk.Surroundings.Variable("PATH") ?? "").Match(
            media => FfmpegVersion.FindAsync(media.Ffmpeg, cancellationToken),
            error => Task.FromResult(Result.Error<string, string>(error)));
        return found.Match(
            version => Good("ffmpeg", version),
            why => new Diagnosis("ffmpeg", Health.Warning, $"{why}: only PNG, JPEG and WAV can be taken in"));
    }

    private static Diagnosis Models(ServerSettings settings)
    {
        var found = settings.DefaultModels.FirstOrDefault(name => settings.Catalog.Resolve(name) is Result<ModelLocation, string>.Ok);
        return found is null
            ? Bad("Models", $"none of the default models is here ({string.Join(", ", settings.DefaultModels)}); `pull` one")
            : Good("Models", $"{settings.Catalog.List().Length} on this machine; {found} is served when none is named");
    }

    private static Diagnosis Cache(HubCache cache, Desk desk)
    {
        var (existing, exists) = (Existing(cache.Root), Directory.Exists(cache.Root));
        try
        {
            var room = ByteText.Of(desk.Download.FreeBytes(existing));
            var probe = Path.Combine(existing, $".mlxactors-{Guid.NewGuid():N}");
            File.Create(probe, 1, FileOptions.DeleteOnClose).Dispose();
            return Good("Cache", $"{cache.Root}, {room} free{(exists ? "" : "; made by the first download")}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Diagnosis("Cache", Health.Warning, $"{cache.Root} cannot be written: {e.Message} Models cannot be downloaded.");
        }
    }

    private static Diagnosis Hub(Desk desk) => HubSettings.Read(desk.Surroundings.Variable, desk.Surroundings.Home).Match(
        hub => Good(
            "Hub", $"{hub.Endpoint}, {(hub.Token is null ? "no" : "with a")} token{(hub.IsOffline ? ", HF_HUB_OFFLINE" : "")}; not asked"),
        error => new Diagnosis("Hub", Health.Warning, error));

    private static Diagnosis Port(IPEndPoint address)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(address);
            return Good("Port", $"{address} is free");
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            var owner = PortOwner.Find(address.Port) ?? "another program";
            return new Diagnosis("Port", Health.Warning, $"{address} is in use by {owner}; choose another with --port");
        }
        catch (SocketException e)
        {
            return Bad("Port", $"{address}: {e.Message}");
        }
    }

    private static string Existing(string folder) =>
        Directory.Exists(folder) || Path.GetDirectoryName(folder) is not { } parent ? folder : Existing(parent);

    private static Diagnosis Good(string name, string finding) => new(name, Health.Good, finding);

    private static Diagnosis Bad(string name, string finding) => new(name, Health.Bad, finding);
}
