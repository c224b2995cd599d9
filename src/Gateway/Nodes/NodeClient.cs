using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MlxActors.Http.Nodes;
using Yarp.ReverseProxy.Forwarder;

namespace MlxActors.Gateway.Nodes;

/// <summary>The connections to all nodes: those of requests, and those of the gateway's own questions.</summary>
internal sealed class NodeClient : IDisposable
{
    /// <summary>Any value of the header asks for the report.</summary>
    private const string ReportPlease = "report";

    // Shorter than nodes keep a connection: one that closes under a request would look like a node that broke.
    private static readonly TimeSpan IdleConnection = TimeSpan.FromSeconds(60);

    // A stream notices before the forwarder does that its node is silent, and can say so to the client.
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(10);

    private readonly NodeAccess _access;
    private readonly SocketsHttpHandler _handler;

    public NodeClient(NodeAccess access)
    {
        _access = access;
        _handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ConnectTimeout = access.ConnectTimeout,
            PooledConnectionIdleTimeout = IdleConnection,
            ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
            SslOptions = Tls(access),
        };
        Invoker = new HttpMessageInvoker(_handler, disposeHandler: false);
        Forwarding = new ForwarderRequestConfig
        {
            ActivityTimeout = access.Silence + Notice,
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    public HttpMessageInvoker Invoker { get; }

    public ForwarderRequestConfig Forwarding { get; }

    /// <summary>A node that sends nothing for so long has failed its request.</summary>
    public TimeSpan Silence => _access.Silence;

    /// <summary>What every request to a node has.</summary>
    public void Sign(HttpRequestMessage request, NodeAddress node)
    {
        request.Headers.Host = node.Host;
        request.Headers.Authorization = _access.Key is { } key ? new AuthenticationHeaderValue("Bearer", key) : null;
        request.Headers.Remove(NodeReport.Header);
        request.Headers.Add(NodeReport.Header, ReportPlease);
    }

    /// <summary>Asks a node something of the gateway's own.</summary>
    /// <exception cref="HttpRequestException">The node cannot be reached, or broke off.</exception>
    public async Task<(HttpStatusCode Status, ReadOnlyMemory<byte> Body)> AskAsync(
        NodeAddress node, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, node.Url + path)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        Sign(request, node);
        using var response = await Invoker.SendAsync(request, cancellationToken);
        return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    public void Dispose()
    {
        Invoker.Dispose();
        _handler.Dispose();
    }

    private static SslClientAuthenticationOptions Tls(NodeAccess access)
    {
        var options = new SslClientAuthenticationOptions();
        if (access.Certificate is { } certificate)
        {
            options.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
        }
        if (access.Authorities.Count > 0)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(access.Authorities);
        }
        return options;
    }
}
