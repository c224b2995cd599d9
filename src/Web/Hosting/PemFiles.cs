using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Configuration;
using MlxActors.Native.Results;

namespace MlxActors.Web.Hosting;

/// <summary>Certificates in PEM files that settings name; an error begins with the setting.</summary>
internal static class PemFiles
{
    /// <summary>A setting that names a file.</summary>
    /// <returns>Null when it names none.</returns>
    public static string? File(Config config, string setting) => config.GetString(setting, null) is { Length: > 0 } file ? file : null;

    /// <param name="key">The file of its key; null: the certificate's own.</param>
    public static Result<X509Certificate2, string> WithKey(string setting, string file, string? key) => Read(setting, file, () =>
    {
        var pem = X509Certificate2.CreateFromPemFile(file, key);

        // Windows speaks TLS only with keys that it has seen in a store.
        return OperatingSystem.IsWindows() ? X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null) : pem;
    });

    /// <summary>All certificates of a file, at least one.</summary>
    public static Result<X509Certificate2Collection, string> All(string setting, string file) => Read(setting, file, () =>
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return certificates.Count > 0 ? certificates : throw new CryptographicException("it holds no certificate.");
    });

    private static Result<T, string> Read<T>(string setting, string file, Func<T> read)
    {
        try
        {
            return Result.Ok<T, string>(read());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return Result.Error<T, string>($"{setting}: {file} cannot be used: {e.Message}");
        }
    }
}
