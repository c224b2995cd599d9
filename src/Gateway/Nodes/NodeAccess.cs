using System.Security.Cryptography.X509Certificates;

namespace MlxActors.Gateway.Nodes;

/// <summary>How the gateway shows its nodes who it is, and knows them.</summary>
/// <param name="Key">Sent as a bearer token; null sends none.</param>
/// <param name="Certificate">Shown to nodes that ask for one (mTLS).</param>
/// <param name="Authorities">Who may have signed the nodes' certificates; empty leaves it to the system.</param>
/// <param name="ConnectTimeout">For a connection to be there.</param>
/// <param name="Silence">A node from which nothing came for so long has failed its request.</param>
internal sealed record NodeAccess(
    string? Key, X509Certificate2? Certificate, X509Certificate2Collection Authorities, TimeSpan ConnectTimeout, TimeSpan Silence);
