using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace MlxActors.Web.Media;

/// <summary>
/// HTTP to addresses that were checked before, and to nothing else: no second look-up of the name, no proxy, no redirect followed, no
/// connection kept; and nothing sent along that would tell who asks.
/// </summary>
internal static class PinnedConnection
{
    private const int MostHeaderKilobytes = 16;

    /// <param name="addresses">Of the one host that will be asked; the first that can be reached is.</param>
    public static HttpMessageInvoker To(ImmutableArray<IPAddress> addresses, TimeSpan connectTimeout) => new(new SocketsHttpHandler
    {
        ConnectTimeout = connectTimeout,
        ConnectCallback = async (context, cancellationToken) =>
            await ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken),
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = MostHeaderKilobytes,
        ActivityHeadersPropagator = null,
        SslOptions = new SslClientAuthenticationOptions
        {
            // A certificate may name a URL of its issuer's, which would be fetched unchecked.
            CertificateChainPolicy = new X509ChainPolicy
            {
                DisableCertificateDownloads = true,
                RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    });

    private static async Task<NetworkStream> ConnectAsync(
        ImmutableArray<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        for (var i = 0; ; i++)
        {
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(addresses[i], port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (i + 1 < addresses.Length)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
