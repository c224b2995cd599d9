using System.Net;
using Akka.Configuration;
using MlxActors.Http.Access;
using MlxActors.Native.Results;

namespace MlxActors.Web.Hosting;

/// <summary>Who may use the server, by the section <c>mlxactors.http</c> and the environment.</summary>
internal static class AccessReader
{
    private const string Section = "mlxactors.http";

    /// <param name="address">Where the server listens.</param>
    /// <param name="variable">Reads an environment variable.</param>
    public static Result<AccessSettings, string> Read(Config config, IPAddress address, Func<string, string?> variable)
    {
        var own = variable(AccessSettings.KeyVariable) is { Length: > 0 } key ? [key] : Array.Empty<string>();
        var access = new AccessSettings(
            [.. config.GetStringList($"{Section}.api-keys"), .. own],
            [.. config.GetStringList($"{Section}.cors-origins")],
            IPAddress.IsLoopback(address),
            [.. config.GetStringList($"{Section}.allowed-hosts")]);
        return access.ApiKeys.Any(string.IsNullOrWhiteSpace) ? Wrong("api-keys", "keys that are not empty")
            : access.CorsOrigins.FirstOrDefault(origin => !IsOrigin(origin)) is { } wrong
                ? Wrong("cors-origins", $"origins such as https://example.com, or \"*\", found '{wrong}'")
            : !access.IsLoopback && access.ApiKeys.IsEmpty && !config.GetBoolean($"{Section}.allow-anonymous")
                ? Result.Error<AccessSettings, string>(
                    $"The address {address} can be reached from other machines, and no API key is set. "
                    + $"Set {AccessSettings.KeyVariable} or {Section}.api-keys, or waive it with {Section}.allow-anonymous = on.")
            : Result.Ok<AccessSettings, string>(access);
    }

    private static bool IsOrigin(string text) =>
        text == AccessSettings.AnyOrigin
        || (Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase));

    private static Result<AccessSettings, string> Wrong(string key, string expected) =>
        Result.Error<AccessSettings, string>($"{Section}.{key}: expected {expected}.");
}
