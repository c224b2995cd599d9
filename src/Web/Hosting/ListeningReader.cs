using System.Net;
using Akka.Configuration;
using MlxActors.Http.Hosting;
using MlxActors.Native.Results;

namespace MlxActors.Web.Hosting;

/// <summary>The section <c>mlxactors.http</c>, as far as a server and a gateway share it.</summary>
internal static class ListeningReader
{
    private const string Section = "mlxactors.http";

    /// <param name="variable">Reads an environment variable.</param>
    /// <exception cref="ConfigurationException">A value has another type.</exception>
    /// <exception cref="FormatException">A value is none of its type.</exception>
    public static Result<ListeningSettings, string> Read(Config config, Func<string, string?> variable)
    {
        var host = config.GetString($"{Section}.host", null);
        var port = config.GetInt($"{Section}.port", 0);
        var maxRequest = config.GetByteSize($"{Section}.max-request-size");
        return ParseHost(host) is not { } address ? Wrong(
                $"The host '{host}' is not an address. Give an IP address such as 127.0.0.1, or 0.0.0.0 for every interface.")
            : port is < IPEndPoint.MinPort or > IPEndPoint.MaxPort ? Wrong(
                $"The port {port} is not between {IPEndPoint.MinPort} and {IPEndPoint.MaxPort}.")
            : maxRequest is not > 0 ? Wrong($"{Section}.max-request-size must be a size such as 64MiB.")
            : Connections(config).Bind(connections =>
              AccessReader.Read(config, address, variable).Bind(access =>
              TlsReader.Read(config).Map(tls =>
              new ListeningSettings(new IPEndPoint(address, port), access, connections, maxRequest.Value) { Tls = tls })));
    }

    private static Result<ConnectionLimits, string> Connections(Config config) =>
        TimeLimits.Duration(config, $"{Section}.header-timeout").Bind(head =>
        TimeLimits.Duration(config, $"{Section}.keep-alive-timeout").Bind(idle =>
        TimeLimits.Duration(config, $"{Section}.body-grace").Bind<ConnectionLimits>(grace => grace > ConnectionLimits.LookInterval
            ? new ConnectionLimits(head, idle, grace)
            : $"{Section}.body-grace: expected more than {ConnectionLimits.LookInterval.TotalSeconds:F0}s.")));

    private static IPAddress? ParseHost(string? host) =>
        host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(host, out var address) ? address : null;

    private static Result<ListeningSettings, string> Wrong(string why) => Result.Error<ListeningSettings, string>(why);
}
