using System.Security.Cryptography.X509Certificates;
using Akka.Configuration;
using MlxActors.Http.Hosting;
using MlxActors.Native.Results;

namespace MlxActors.Web.Hosting;

/// <summary>The section <c>mlxactors.http.tls</c>, and the files that it names.</summary>
internal static class TlsReader
{
    private const string Section = "mlxactors.http.tls";
    private const string Certificate = $"{Section}.certificate";
    private const string ClientAuthorities = $"{Section}.client-ca";

    /// <returns>Null inside of it: without TLS.</returns>
    public static Result<TlsSettings?, string> Read(Config config)
    {
        var (file, key) = (PemFiles.File(config, Certificate), PemFiles.File(config, $"{Section}.key"));
        var authorities = PemFiles.File(config, ClientAuthorities);
        return file is not null
                ? PemFiles.WithKey(Certificate, file, key).Bind(own =>
                  PemFiles.All(Certificate, file).Bind(all =>
                  Authorities(authorities).Map(clients => (TlsSettings?)new TlsSettings(own, Behind(own, all), clients))))
            : key is null && authorities is null ? Result.Ok<TlsSettings?, string>(null)
            : Result.Error<TlsSettings?, string>($"{Certificate}: expected a PEM file, for key or client-ca is set.");
    }

    private static Result<X509Certificate2Collection?, string> Authorities(string? file) => file is null
        ? Result.Ok<X509Certificate2Collection?, string>(null)
        : PemFiles.All(ClientAuthorities, file).Map(X509Certificate2Collection? (all) => all);

    private static X509Certificate2Collection Behind(X509Certificate2 own, X509Certificate2Collection all) =>
        [.. all.Where(other => other.Thumbprint != own.Thumbprint)];
}
