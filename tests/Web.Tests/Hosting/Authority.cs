using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MlxActors.Web.Tests.Hosting;

/// <summary>A certificate authority of a test's own.</summary>
internal sealed class Authority(string name) : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    // Clocks of machines differ a little.
    private static readonly DateTimeOffset From = DateTimeOffset.UtcNow.AddHours(-1), Until = From.AddDays(2);

    private readonly X509Certificate2 _root = Root(name);

    public string Pem => _root.ExportCertificatePem();

    public X509Certificate2 Certificate => _root;

    /// <summary>For a server on loopback.</summary>
    public X509Certificate2 ForServer() => Sign("localhost", ServerAuthentication, request =>
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
    });

    public X509Certificate2 ForClient() => Sign("gateway", ClientAuthentication, _ => { });

    public void Dispose() => _root.Dispose();

    private static X509Certificate2 Root(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(From, Until);
    }

    private X509Certificate2 Sign(string subject, string use, Action<CertificateRequest> extend)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={subject}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], true));
        extend(request);
        using var signed = request.Create(_root, From, Until, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}
