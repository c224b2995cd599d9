using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using MlxActors.Http.Access;

namespace MlxActors.Http.Hosting;

/// <summary>Where a server or a gateway listens, to whom, and how much it takes in.</summary>
/// <param name="MaxRequestBytes">A larger body gets a 413.</param>
internal sealed record ListeningSettings(IPEndPoint Address, AccessSettings Access, ConnectionLimits Connections, long MaxRequestBytes)
{
    /// <summary>Null: plain http.</summary>
    public TlsSettings? Tls { get; init; }

    public void ApplyTo(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxRequestBytes;
        Connections.ApplyTo(kestrel.Limits);
        kestrel.Listen(Address, listen =>
        {
            Tls?.ApplyTo(listen);
            listen.Use(BareErrors.Around);
        });
    }
}
