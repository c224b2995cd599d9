using Akka.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using MlxActors.Native.Results;

namespace MlxActors.Web.Hosting;

/// <summary>
/// How long a client may take to say what it wants, so that slow ones cannot hold connections; <c>hocon/</c> says more of each.
/// </summary>
/// <param name="Head">For a request's head.</param>
/// <param name="Idle">Between two requests of a connection.</param>
/// <param name="BodyGrace">From a body's beginning until its rate is looked at.</param>
internal sealed record ConnectionLimits(TimeSpan Head, TimeSpan Idle, TimeSpan BodyGrace)
{
    private const double BodyBytesPerSecond = 240;

    // Kestrel looks at rates once a second, and takes no grace that is not longer.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    public static Result<ConnectionLimits, string> Read(Config config) =>
        TimeLimits.Duration(config, "mlxactors.http.header-timeout").Bind(head =>
        TimeLimits.Duration(config, "mlxactors.http.keep-alive-timeout").Bind(idle =>
        TimeLimits.Duration(config, "mlxactors.http.body-grace").Bind<ConnectionLimits>(grace => grace > LookInterval
            ? new ConnectionLimits(head, idle, grace)
            : $"mlxactors.http.body-grace: expected more than {LookInterval.TotalSeconds:F0}s.")));

    public void ApplyTo(KestrelServerLimits limits)
    {
        limits.RequestHeadersTimeout = Head;
        limits.KeepAliveTimeout = Idle;
        limits.MinRequestBodyDataRate = new MinDataRate(BodyBytesPerSecond, BodyGrace);
    }
}
