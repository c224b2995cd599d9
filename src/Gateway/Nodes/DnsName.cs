using System.Globalization;
using System.Net;

namespace MlxActors.Gateway.Nodes;

/// <summary>A name whose addresses are all nodes: a headless service of Kubernetes, a scaled service of Compose.</summary>
internal sealed record DnsName(string Scheme, string Host, int Port)
{
    /// <param name="text"><c>NAME:PORT</c>, with <c>https://</c> before it for TLS.</param>
    /// <returns>Null for anything else.</returns>
    public static DnsName? Parse(string? text)
    {
        const string Tls = "https://";
        var (scheme, rest) = text?.StartsWith(Tls, StringComparison.Ordinal) == true ? ("https", text[Tls.Length..]) : ("http", text);
        return rest?.Split(':') is [{ Length: > 0 } host, var digits]
            && Uri.CheckHostName(host) == UriHostNameType.Dns
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > IPEndPoint.MinPort and <= IPEndPoint.MaxPort
                ? new DnsName(scheme, host, port)
                : null;
    }

    public override string ToString() => $"{Host}:{Port}";
}
