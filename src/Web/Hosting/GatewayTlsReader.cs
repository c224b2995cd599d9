using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Configuration;
using MlxActors.Native.Results;

namespace MlxActors.Web.Hosting;

/// <param name="Certificate">Shown to nodes that ask for one; null: none.</param>
/// <param name="NodeAuthorities">Who may have signed the nodes' certificates; empty leaves it to the system.</param>
internal sealed record GatewayTls(X509Certificate2? Certificate, X509Certificate2Collection NodeAuthorities);

/// <summary>The section <c>mlxactors.gateway.tls</c>, and the PEM files that it names.</summary>
internal static class GatewayTlsReader
{
    private const string Section = "mlxactors.gateway.tls";

    public static Result<GatewayTls, string> Read(Config config)
    {
        var (certificate, key, authorities) = (File(config, "certificate"), File(config, "key"), File(config, "node-ca"));
        try
        {
            var trusted = new X509Certificate2Collection();
            if (authorities is not null)
            {
                trusted.ImportFromPemFile(authorities);
            }
            return authorities is not null && trusted.Count == 0
                ? Result.Error<GatewayTls, string>($"{Section}.node-ca: {authorities} holds no certificate.")
                : new GatewayTls(certificate is null ? null : Own(certificate, key), trusted);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return Result.Error<GatewayTls, string>($"{Section}: a file cannot be read: {e.Message}");
        }
    }

    /// <param name="key">Its file; null: the certificate's own.</param>
    private static X509Certificate2 Own(string certificate, string? key)
    {
        var pem = X509Certificate2.CreateFromPemFile(certificate, key);

        // Windows speaks TLS only with keys that it has seen in a store.
        return OperatingSystem.IsWindows() ? X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null) : pem;
    }

    private static string? File(Config config, string key) =>
        config.GetString($"{Section}.{key}", null) is { Length: > 0 } file ? file : null;
}
