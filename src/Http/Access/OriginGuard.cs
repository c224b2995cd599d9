using MlxActors.Http.Errors;

namespace MlxActors.Http.Access;

/// <summary>
/// Keeps the pages of other sites out of a server that trusts this machine: one that reaches it by a name of its own (DNS rebinding), and
/// one that says where it comes from. Programs send no origin.
/// </summary>
internal sealed class OriginGuard(RequestDelegate next, AccessSettings access)
{
    public Task InvokeAsync(HttpContext context)
    {
        var (host, origin) = (context.Request.Host, context.Request.Headers.Origin.ToString());
        return access.IsLoopback && host.HasValue && !access.IsOwnHost(host.Host)
                ? context.Response.WriteAsync(Forbidden(
                    $"The host '{host.Host}' is none of this server's (mlxactors.http.allowed-hosts).", "host_not_allowed"))
            : access.IsLoopback && origin.Length > 0 && !IsOwn(origin, host) && !access.AllowsOrigin(origin)
                ? context.Response.WriteAsync(Forbidden(
                    $"The origin '{origin}' is not allowed (mlxactors.http.cors-origins).", "origin_not_allowed"))
            : next(context);
    }

    // Of its own pages, whatever the scheme: a proxy on this machine may speak TLS.
    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && origin.Equals($"{uri.Scheme}://{host.Value}", StringComparison.OrdinalIgnoreCase);

    private static ApiError Forbidden(string message, string code) => new(StatusCodes.Status403Forbidden, message, null, code);
}
