using System.Collections.Immutable;
using System.Net;
using Akka.Configuration;
using MlxActors.Native.Results;

namespace MlxActors.Web.Hosting.Access;

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

    private const string Section = "mlxactors.http";

    /// <param name="address">Where the server listens.</param>
    /// <param name="variable">Reads an environment variable.</param>
    public static Result<AccessSettings, string> Read(Config config, IPAddress address, Func<string, string?> variable)
    {
        var keys = config.GetStringList($"{Section}.api-keys").Concat(variable(KeyVariable) is { Length: > 0 } key ? [key] : []);
        var access = new AccessSettings(
            [.. keys],
            [.. config.GetStringList($"{Section}.cors-origins")],
            IPAddress.IsLoopback(address),
            [.. config.GetStringList($"{Section}.allowed-hosts")]);
        return access.ApiKeys.Any(string.IsNullOrWhiteSpace) ? Wrong("api-keys", "keys that are not empty")
            : access.CorsOrigins.FirstOrDefault(origin => !IsOrigin(origin)) is { } wrong
                ? Wrong("cors-origins", $"origins such as https://example.com, or \"*\", found '{wrong}'")
            : !access.IsLoopback && access.ApiKeys.IsEmpty && !config.GetBoolean($"{Section}.allow-anonymous")
                ? Result.Error<AccessSettings, string>(
                    $"The address {address} can be reached from other machines, and no API key is set. "
                    + $"Set {KeyVariable} or {Section}.api-keys, or waive it with {Section}.allow-anonymous = on.")
            : Result.Ok<AccessSettings, string>(access);
    }

    public bool AllowsOrigin(string origin) =>
        CorsOrigins.Contains(AnyOrigin) || CorsOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase);

    /// <param name="host">Without a port.</param>
    public bool IsOwnHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address))
        || AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);

    private static bool IsOrigin(string text) =>
        text == AnyOrigin
        || (Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase));

    private static Result<AccessSettings, string> Wrong(string key, string expected) =>
        Result.Error<AccessSettings, string>($"{Section}.{key}: expected {expected}.");
}
