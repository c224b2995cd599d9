using MlxActors.Gateway.Hosting;
using MlxActors.Gateway.Nodes;

namespace MlxActors.Gateway.Forwarding;

/// <summary>What every attempt works with.</summary>
internal sealed record ForwardingTools(
    NodeTable Table,
    NodePoller Poller,
    NodeClient Client,
    HealthSettings Health,
    ResponseDirectory Directory,
    GatewayMetrics Metrics,
    Drain Drain,
    TimeProvider Clock);
