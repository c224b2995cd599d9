using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace MlxActors.Gateway.Nodes;

/// <summary>The addresses of a name.</summary>
/// <exception cref="SocketException">It cannot be looked up.</exception>
internal delegate Task<IPAddress[]> LookUpHost(string host, CancellationToken cancellationToken);

/// <param name="Names">All of whose addresses are nodes.</param>
/// <param name="Refresh">Between two look-ups.</param>
internal sealed record DnsSettings(ImmutableArray<DnsName> Names, TimeSpan Refresh);

/// <summary>Has the table hold what DNS holds. A name that cannot be looked up keeps the nodes that it had.</summary>
internal sealed partial class DnsNodes(
    DnsSettings settings, NodeTable table, LookUpHost lookUp, TimeProvider clock, ILogger<DnsNodes> log) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        foreach (var name in settings.Names)
        {
            try
            {
                var addresses = await lookUp(name.Host, cancellationToken);
                table.Sync($"dns:{name}", [.. OneOfEach(addresses).Select(address => NodeAddress.Of(name, address))]);
            }
            catch (SocketException e)
            {
                NotFound(name.Host, e.Message);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.Names.IsEmpty)
        {
            return;
        }
        using var timer = new PeriodicTimer(settings.Refresh, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await RefreshAsync(stoppingToken);
        }
    }

    // A machine that has addresses of both kinds is one node.
    private static IEnumerable<IPAddress> OneOfEach(IReadOnlyCollection<IPAddress> addresses) =>
        addresses.Any(IsIPv4) ? addresses.Where(IsIPv4).Distinct() : addresses.Distinct();

    private static bool IsIPv4(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork;

    [LoggerMessage(LogLevel.Warning, "The name {Name} cannot be looked up: {Why}")]
    private partial void NotFound(string name, string why);
}
