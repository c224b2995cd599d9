using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using MlxActors.Web.Hosting;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Hosting;

/// <summary>https, with and without certificates of clients; and what is said of files that are wrong.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlxactors-");
    private readonly Authority _authority = new("ours");
    private readonly Authority _foreign = new("theirs");

    public TlsTests()
    {
        using var server = _authority.ForServer();
        using var foreign = _foreign.ForServer();
        Write("server.pem", server.ExportCertificatePem() + "\n" + _authority.Pem);
        Write("server.key", KeyOf(server));
        Write("both.pem", server.ExportCertificatePem() + "\n" + KeyOf(server));
        Write("other.key", KeyOf(foreign));
        Write("ca.pem", _authority.Pem);
        Write("broken.pem", "-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----");
        Write("empty.pem", "");
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _authority.Dispose();
        _foreign.Dispose();
    }

    [Theory]
    [InlineData("server.pem", "server.key")]
    [InlineData("both.pem", null)]
    public async Task Server_WithACertificate_SpeaksHttps(string certificate, string? key)
    {
        await using var server = await TestServer.StartAsync(new Script(), Tls(certificate, key));
        using var http = Client(server, shows: null);

        using var response = await http.GetAsync("/health");

        Assert.Equal("https", server.Address.Scheme);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Error_OfAMalformedHead_KeepsItsShapeUnderTls()
    {
        await using var server = await TestServer.StartAsync(new Script(), Tls("server.pem", "server.key"));
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        await using var stream = new SslStream(socket.GetStream(), false, (_, shown, chain, _) => IsOurs(shown, chain));
        await stream.AuthenticateAsClientAsync("localhost");

        await stream.WriteAsync("GET nothing at all\r\n\r\n"u8.ToArray());

        var answer = await new StreamReader(stream).ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 400", answer);
        Assert.Contains("\"code\":\"malformed_request\"", answer);
    }

    [Fact]
    public async Task ClientAuthority_LetsInWhomItSigned()
    {
        await using var server = await TestServer.StartAsync(new Script(), Tls("server.pem", "server.key", "ca.pem"));
        using var certificate = _authority.ForClient();
        using var http = Client(server, certificate);

        using var response = await http.GetAsync("/v1/models");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("nobody's")]
    [InlineData("another authority's")]
    [InlineData("a server's")]
    public async Task ClientAuthority_KeepsOutAnyOther(string whose)
    {
        await using var server = await TestServer.StartAsync(new Script(), Tls("server.pem", "server.key", "ca.pem"));
        using var certificate = whose switch
        {
            "nobody's" => null,
            "a server's" => _authority.ForServer(),
            _ => _foreign.ForClient(),
        };
        using var http = Client(server, certificate);

        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/health"));
    }

    [Theory]
    [InlineData("missing.pem", "server.key", null, "certificate")]
    [InlineData("server.pem", "missing.key", null, "certificate")]
    [InlineData("server.pem", "other.key", null, "certificate")]
    [InlineData("server.pem", null, null, "certificate")]
    [InlineData("broken.pem", "server.key", null, "certificate")]
    [InlineData(null, "server.key", null, "certificate")]
    [InlineData(null, null, "ca.pem", "certificate")]
    [InlineData("server.pem", "server.key", "missing.pem", "client-ca")]
    [InlineData("server.pem", "server.key", "broken.pem", "client-ca")]
    [InlineData("server.pem", "server.key", "empty.pem", "client-ca")]
    public void Files_ThatAreWrong_AreAnErrorThatNamesTheSetting(string? certificate, string? key, string? authorities, string setting)
    {
        var hocon = HoconFiles.Load(Path.Combine(AppContext.BaseDirectory, "hocon"), null, Tls(certificate, key, authorities))
            .Match(hocon => hocon, error => throw new InvalidOperationException(error));

        var error = ListeningReader.Read(hocon, _ => null).Match(_ => "", error => error);

        Assert.StartsWith($"mlxactors.http.tls.{setting}: ", error);
    }

    private static string KeyOf(X509Certificate2 certificate) => certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);

    private string Tls(string? certificate, string? key, string? authorities = null)
    {
        string File(string? name) => JsonSerializer.Serialize(name is null ? "" : Path.Combine(_folder.FullName, name));
        return $"mlxactors.http.tls {{ certificate = {File(certificate)}, key = {File(key)}, client-ca = {File(authorities)} }}";
    }

    private HttpClient Client(TestServer server, X509Certificate2? shows) => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, shown, chain, _) => IsOurs(shown, chain),
            ClientCertificates = shows is null ? null : [shows],
        },
    })
    {
        BaseAddress = server.Address,
    };

    private bool IsOurs(X509Certificate? shown, X509Chain? chain)
    {
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.Add(_authority.Certificate);
        own.ChainPolicy.ExtraStore.AddRange(chain?.ChainPolicy.ExtraStore ?? []);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return shown is X509Certificate2 certificate && own.Build(certificate);
    }
}
