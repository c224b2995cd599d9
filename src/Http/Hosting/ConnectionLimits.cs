using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace MlxActors.Http.Hosting;

/// <summary>
/// How long a client may take to say what it wants, so that slow ones cannot hold connections; <c>hocon/</c> says more of each.
/// </summary>
/// <param name="Head">For a request's head.</param>
/// <param name="Idle">Between two requests of a connection.</param>
/// <param name="BodyGrace">From a body's beginning until its rate is looked at; longer than <see cref="LookInterval"/>.</param>
internal sealed record ConnectionLimits(TimeSpan Head, TimeSpan Idle, TimeSpan BodyGrace)
{
    private const double BodyBytesPerSecond = 240;

    /// <summary>Kestrel looks at rates once a second, and takes no grace that is not longer.</summary>
    public static TimeSpan LookInterval { get; } = TimeSpan.FromSeconds(1);

    public void ApplyTo(KestrelServerLimits limits)
    {
        limits.RequestHeadersTimeout = Head;
        limits.KeepAliveTimeout = Idle;
        limits.MinRequestBodyDataRate = new MinDataRate(BodyBytesPerSecond, BodyGrace);
    }
}
