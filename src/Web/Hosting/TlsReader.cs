using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Configuration;
using MlxActors.Http.Hosting;
using MlxActors.Native.Results;

namespace MlxActors.Web.Hosting;

/// <summary>The section <c>mlxactors.http.tls</c>, and the PEM files that it names.</summary>
internal static class TlsReader
{
    private const string Section = "mlxactors.http.tls";

    /// <returns>Null inside of it: without TLS.</returns>
    public static Result<TlsSettings?, string> Read(Config config) => (File(config, "certificate"), File(config, "key"), File(config, "client-ca")) switch
    {
        (null, null, null) => Result.Ok<TlsSettings?, string>(null),
        (null, _, _) => Wrong("certificate", "expected a PEM file, for key and client-ca are set."),
        var (certificate, key, authorities) =>
            Load("certificate", certificate, () => Server(certificate, key)).Bind(server =>
            Load("certificate", certificate, () => All(certificate)).Bind(all =>
            Authorities(authorities).Map(clients => (TlsSettings?)new TlsSettings(server, Behind(server, all), clients)))),
    };

    private static Result<X509Certificate2Collection?, string> Authorities(string? file) => file is null
        ? Result.Ok<X509Certificate2Collection?, string>(null)
        : Load("client-ca", file, () => All(file)).Bind(authorities => authorities.Count > 0
            ? Result.Ok<X509Certificate2Collection?, string>(authorities)
            : Wrong<X509Certificate2Collection?>("client-ca", $"{file} holds no certificate."));

    /// <param name="key">Its file; null: the certificate's own.</param>
    private static X509Certificate2 Server(string certificate, string? key)
    {
        var pem = X509Certificate2.CreateFromPemFile(certificate, key);

        // Windows speaks TLS only with keys that it has seen in a store.
        return OperatingSystem.IsWindows() ? X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null) : pem;
    }

    private static X509Certificate2Collection All(string file)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return certificates;
    }

    private static X509Certificate2Collection Behind(X509Certificate2 server, X509Certificate2Collection all) =>
        [.. all.Where(other => other.Thumbprint != server.Thumbprint)];

    private static Result<T, string> Load<T>(string key, string file, Func<T> load)
    {
        try
        {
            return Result.Ok<T, string>(load());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return Wrong<T>(key, $"{file} cannot be read: {e.Message}");
        }
    }

    private static string? File(Config config, string key) => config.GetString($"{Section}.{key}", null) is { Length: > 0 } file ? file : null;

    private static Result<TlsSettings?, string> Wrong(string key, string why) => Wrong<TlsSettings?>(key, why);

    private static Result<T, string> Wrong<T>(string key, string why) => Result.Error<T, string>($"{Section}.{key}: {why}");
}
