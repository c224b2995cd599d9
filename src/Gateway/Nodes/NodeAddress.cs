using System.Net;

namespace MlxActors.Gateway.Nodes;

/// <summary>Where a node is.</summary>
/// <param name="Url">Without a slash at its end; also the node's name in answers, metrics and logs.</param>
/// <param name="Host">What to call it by, when the URL has only one of the addresses of a name: certificates hold the name.</param>
internal sealed record NodeAddress(string Url, string? Host = null)
{
    /// <returns>Null for what is no http(s) URL of a server.</returns>
    public static NodeAddress? Parse(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && IsHttp(uri) && uri is { UserInfo: "", Query: "", Fragment: "" }
            ? new NodeAddress(uri.GetLeftPart(UriPartial.Path).TrimEnd('/'))
            : null;

    /// <summary>One of the addresses of a name.</summary>
    public static NodeAddress Of(DnsName name, IPAddress address) =>
        new($"{name.Scheme}://{new IPEndPoint(address, name.Port)}", $"{name.Host}:{name.Port}");

    private static bool IsHttp(Uri uri) => uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps;
}
