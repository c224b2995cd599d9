using System.Collections.Immutable;
using MlxActors.Gateway.Nodes;
using MlxActors.Gateway.Policy;
using MlxActors.Http.Hosting;

namespace MlxActors.Gateway.Hosting;

/// <summary>Everything that is decided before the gateway is put together; <c>hocon/gateway.conf</c> says more of each.</summary>
/// <param name="Nodes">Known from the start; more may come at run time.</param>
/// <param name="ManageKeys">One of them is demanded of who adds nodes or takes them out; empty: a key of the API.</param>
/// <param name="Responses">Ids of stored responses whose node is remembered.</param>
/// <param name="Shutdown">For running answers to finish, once the gateway is told to stop.</param>
internal sealed record GatewaySettings(
    ListeningSettings Listening,
    ImmutableArray<NodeAddress> Nodes,
    DnsSettings Dns,
    NodeAccess Access,
    PolicySettings Policy,
    HealthSettings Health,
    ImmutableArray<string> ManageKeys,
    int Responses,
    TimeSpan Shutdown,
    TellingSettings Telling);

/// <param name="IsJson">Whether log lines are JSON.</param>
/// <param name="OpenMetrics">Whether <c>/metrics</c> asks for no key.</param>
internal sealed record TellingSettings(bool IsJson, LogLevel Level, bool OpenMetrics);
