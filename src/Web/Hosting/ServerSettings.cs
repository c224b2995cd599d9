using System.Collections.Immutable;
using System.Net;
using Akka.Configuration;
using MlxActors.Actors.Hosting;
using MlxActors.Models;
using MlxActors.Models.Hub;
using MlxActors.Native.Results;
using MlxActors.Web.Hosting.Access;
using MlxActors.Web.OpenAi;

namespace MlxActors.Web.Hosting;

/// <summary>What the HTTP side takes from the configuration.</summary>
/// <param name="DefaultModels">Names of models; the first that is on this machine is served when none is named.</param>
internal sealed record ServerSettings(
    IPEndPoint Address,
    AccessSettings Access,
    ConnectionLimits Connections,
    long MaxRequestBytes,
    ResponseLimits Responses,
    ModelCatalog Catalog,
    ImmutableArray<string> DefaultModels)
{
    public static Result<ServerSettings, string> Read(Config config, Surroundings surroundings)
    {
        try
        {
            return Check(config, surroundings);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ConfigurationException)
        {
            return Result.Error<ServerSettings, string>(
                $"A value in the section mlxactors.http or mlxactors.models cannot be read: {e.Message}");
        }
    }

    private static Result<ServerSettings, string> Check(Config config, Surroundings surroundings)
    {
        var host = config.GetString("mlxactors.http.host", null);
        var port = config.GetInt("mlxactors.http.port", 0);
        var responses = config.GetInt("mlxactors.http.responses.max-count", 0);
        var responseBytes = config.GetByteSize("mlxactors.http.responses.max-size");
        var maxRequest = config.GetByteSize("mlxactors.http.max-request-size");
        return ParseHost(host) is not { } address ? Result.Error<ServerSettings, string>(
                $"The host '{host}' is not an address. Give an IP address such as 127.0.0.1, or 0.0.0.0 for every interface.")
            : port is < IPEndPoint.MinPort or > IPEndPoint.MaxPort ? Result.Error<ServerSettings, string>(
                $"The port {port} is not between {IPEndPoint.MinPort} and {IPEndPoint.MaxPort}.")
            : maxRequest is not > 0 ? Result.Error<ServerSettings, string>("mlxactors.http.max-request-size must be a size such as 64MiB.")
            : responses < 1 || responseBytes is not > 0 ? Result.Error<ServerSettings, string>(
                "mlxactors.http.responses: expected max-count of at least 1, and a max-size such as 256MiB.")
            : ConnectionLimits.Read(config).Bind(connections =>
              AccessSettings.Read(config, address, surroundings.Variable).Map(access => new ServerSettings(
                new IPEndPoint(address, port),
                access,
                connections,
                maxRequest.Value,
                new ResponseLimits(responses, responseBytes.Value),
                ReadCatalog(config, HubCache.Locate(surroundings.Variable, surroundings.Home), ShippedModels(surroundings.Binaries)),
                [.. config.GetStringList("mlxactors.models.default")])));
    }

    private static IPAddress? ParseHost(string? host) =>
        host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(host, out var address) ? address : null;

    private static ModelCatalog ReadCatalog(Config config, HubCache cache, string? shipped)
    {
        var aliases = config.GetConfig("mlxactors.models.aliases").AsEnumerable()
            .Select(entry => new ModelAlias(entry.Key, entry.Value.GetString()))
            .OrderBy(alias => alias.Name, StringComparer.Ordinal);
        var catalog = new ModelCatalog([.. aliases], shipped, cache, [])
        {
            // What is wrong with them, the actors say when they start.
            Windows = ContextWindowSettings.Read(config, []),
        };
        return config.GetStringList("mlxactors.models.folders").Aggregate(catalog, (known, folder) => known.WithFolder(folder));
    }

    // Beside the binaries when published; at the repository's root when built in it.
    private static string? ShippedModels(string binaries)
    {
        for (var folder = new DirectoryInfo(binaries); folder is not null; folder = folder.Parent)
        {
            var models = Path.Combine(folder.FullName, "models");
            if (Directory.Exists(models)
                && Directory.EnumerateDirectories(models).Any(model => File.Exists(Path.Combine(model, "config.json"))))
            {
                return models;
            }
        }
        return null;
    }
}
