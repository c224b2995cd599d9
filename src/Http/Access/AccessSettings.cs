using System.Collections.Immutable;
using System.Net;

namespace MlxActors.Http.Access;

/// <summary>Who may use the server; <c>hocon/http.conf</c> says more of each.</summary>
/// <param name="ApiKeys">One of them is demanded; none when empty.</param>
/// <param name="CorsOrigins">Origins whose pages may call; <c>*</c> is any.</param>
/// <param name="IsLoopback">Whether only this machine reaches the server.</param>
/// <param name="AllowedHosts">Names that requests may call a loopback server by, besides its own.</param>
internal sealed record AccessSettings(
    ImmutableArray<string> ApiKeys, ImmutableArray<string> CorsOrigins, bool IsLoopback, ImmutableArray<string> AllowedHosts)
{
    public const string AnyOrigin = "*";
    public const string KeyVariable = "MLXACTORS_API_KEY";

    public bool AllowsOrigin(string origin) =>
        CorsOrigins.Contains(AnyOrigin) || CorsOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase);

    /// <param name="host">Without a port.</param>
    public bool IsOwnHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address))
        || AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);
}
