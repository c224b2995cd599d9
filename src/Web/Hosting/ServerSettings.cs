using System.Collections.Immutable;
using System.Net;
using Akka.Configuration;
using MlxActors.Models;
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
                $"A value in the section mlxactors.http cannot be read: {e.Message}");
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
              AccessSettings.Read(config, address, surroundings.Variable).Bind(access =>
              CatalogSettings.Read(config, surroundings).Map(models => new ServerSettings(
                new IPEndPoint(address, port),
                access,
                connections,
                maxRequest.Value,
                new ResponseLimits(responses, responseBytes.Value),
                models.Catalog,
                models.Defaults))));
    }

    private static IPAddress? ParseHost(string? host) =>
        host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(host, out var address) ? address : null;
}
