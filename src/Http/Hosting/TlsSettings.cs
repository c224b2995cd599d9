using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace MlxActors.Http.Hosting;

/// <summary>Https in place of http; <c>hocon/http.conf</c> says more of each.</summary>
/// <param name="Certificate">With its key.</param>
/// <param name="Chain">What stands behind it in its file: the authorities between it and the root.</param>
/// <param name="ClientAuthorities">Clients have to show a certificate that one of these signed; null when they need none.</param>
internal sealed record TlsSettings(
    X509Certificate2 Certificate, X509Certificate2Collection Chain, X509Certificate2Collection? ClientAuthorities)
{
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    public void ApplyTo(ListenOptions listen)
    {
        // What is promised about slow clients and malformed heads is promised for this version.
        listen.Protocols = HttpProtocols.Http1;
        listen.UseHttps(https =>
        {
            (https.ServerCertificate, https.ServerCertificateChain) = (Certificate, Chain);
            if (ClientAuthorities is { } authorities)
            {
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (shown, chain, _) => IsSigned(shown, chain, authorities);
            }
        });
    }

    /// <param name="chain">As the system made it, which does not know these authorities; it has what else the client sent.</param>
    private static bool IsSigned(X509Certificate2 shown, X509Chain? chain, X509Certificate2Collection authorities)
    {
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(authorities);
        own.ChainPolicy.ExtraStore.AddRange(chain?.ChainPolicy.ExtraStore ?? []);
        own.ChainPolicy.ApplicationPolicy.Add(ClientAuthentication);

        // Authorities of one's own publish no lists; what is revoked is left out of client-ca.
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return own.Build(shown);
    }
}
