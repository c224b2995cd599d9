using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace MlxActors.Web.Media;

/// <summary>Whom an address belongs to, from the harmless to the worst.</summary>
internal enum AddressScope
{
    /// <summary>A host of the public internet.</summary>
    Public,

    /// <summary>This machine, or a network that belongs to its owner.</summary>
    Private,

    /// <summary>No host that serves files: a group, a reserved range, the next hop, or a cloud's metadata service.</summary>
    Never,
}

/// <summary>
/// Tells addresses apart by the registries of special-purpose addresses (RFC 6890 and its successors). An IPv6 address that carries an
/// IPv4 one inside is as bad as that one: a gateway on the way may unpack it.
/// </summary>
internal static class AddressPolicy
{
    private static readonly ImmutableArray<(IPNetwork Network, AddressScope Scope)> Special =
    [
        .. Each(
            AddressScope.Private,
            "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", // loopback, private
            "100.64.0.0/10", // behind a carrier's NAT; overlay networks use it too
            "::1/128", "fc00::/7"), // loopback, unique local
        .. Each(
            AddressScope.Never,
            "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", // unspecified, link-local, multicast, reserved and broadcast
            "192.0.0.0/24", "192.88.99.0/24", // protocol assignments, 6to4 relays
            "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", // documentation, benchmarks
            "2001::/23", "2001:db8::/32", "3fff::/20"), // protocol assignments, documentation
    ];

    /// <summary>Metadata services of clouds that stand outside the link-local range; they hand out credentials to whoever asks.</summary>
    private static readonly ImmutableArray<IPAddress> Metadata =
        [IPAddress.Parse("168.63.129.16"), IPAddress.Parse("100.100.100.200"), IPAddress.Parse("fd00:ec2::254")];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Teredo = IPNetwork.Parse("2001::/32");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork Compatible = IPNetwork.Parse("::/96");

    public static AddressScope ScopeOf(IPAddress address) => Carried(address) switch
    {
        [] => OwnScope(address),
        var carried => carried.Max(OwnScope),
    };

    // Of an address that carries no other.
    private static AddressScope OwnScope(IPAddress address)
    {
        if (Metadata.Contains(address))
        {
            return AddressScope.Never;
        }
        foreach (var (network, scope) in Special)
        {
            if (network.Contains(address))
            {
                return scope;
            }
        }
        return address.AddressFamily == AddressFamily.InterNetwork || GlobalUnicast.Contains(address)
            ? AddressScope.Public
            : AddressScope.Never;
    }

    /// <summary>The IPv4 addresses inside an IPv6 one, by the form of its prefix.</summary>
    private static ImmutableArray<IPAddress> Carried(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return [];
        }
        if (address.IsIPv4MappedToIPv6)
        {
            return [address.MapToIPv4()];
        }
        var bytes = address.GetAddressBytes();
        return SixToFour.Contains(address) ? [new IPAddress(bytes.AsSpan(2, 4))]
            : Nat64.Contains(address) ? [new IPAddress(bytes.AsSpan(12, 4))]
            // The client's address stands inverted behind the server's.
            : Teredo.Contains(address) ? [new IPAddress(bytes.AsSpan(4, 4)), Inverted(bytes.AsSpan(12, 4))]
            : Compatible.Contains(address) && !address.Equals(IPAddress.IPv6Loopback) ? [new IPAddress(bytes.AsSpan(12, 4))]
            : [];
    }

    private static IPAddress Inverted(ReadOnlySpan<byte> bytes) =>
        new([(byte)~bytes[0], (byte)~bytes[1], (byte)~bytes[2], (byte)~bytes[3]]);

    private static IEnumerable<(IPNetwork Network, AddressScope Scope)> Each(AddressScope scope, params string[] networks) =>
        networks.Select(network => (IPNetwork.Parse(network), scope));
}
