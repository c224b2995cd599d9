using System.Diagnostics.Metrics;
using MlxActors.Gateway.Nodes;
using MlxActors.Gateway.Policy;

namespace MlxActors.Gateway.Hosting;

/// <summary>What the gateway counts, by node; <c>docs/metrics.md</c> says more of each.</summary>
internal sealed class GatewayMetrics : IDisposable
{
    private const string Node = "node";

    private readonly Counter<long> _requests;
    private readonly Counter<long> _choices;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _ejections;
    private readonly Histogram<double> _waits;

    public GatewayMetrics()
    {
        _requests = Meter.CreateCounter<long>("mlxactors.gateway.requests", null, "Attempts at a node, by how they ended");
        _choices = Meter.CreateCounter<long>("mlxactors.gateway.choices", null, "Why requests went to a node");
        _refused = Meter.CreateCounter<long>("mlxactors.gateway.refused", null, "Requests that no node could take");
        _retries = Meter.CreateCounter<long>("mlxactors.gateway.retries", null, "Requests begun again on another node than this one");
        _ejections = Meter.CreateCounter<long>("mlxactors.gateway.ejections", null, "How often a node went out");
        _waits = Meter.CreateHistogram(
            "mlxactors.gateway.time_to_answer",
            "s",
            "From sending a request to a node until its answer begins",
            null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120] });
    }

    public Meter Meter { get; } = new("MlxActors.Gateway");

    /// <summary>Has what is known of each node read at each scrape.</summary>
    public void Watch(NodeTable table)
    {
        Gauge("mlxactors.gateway.node.in", null, "Whether the node gets requests", node => node.TakesRequests ? 1 : 0);
        Gauge("mlxactors.gateway.node.in_flight", null, "The gateway's requests at the node", node => node.Own);
        Gauge("mlxactors.gateway.node.running", null, "Answers that the node generates, as it said last", node => node.Report?.Running);
        Gauge("mlxactors.gateway.node.waiting", null, "Requests that wait at the node, as it said last", node => node.Report?.Waiting);
        Gauge("mlxactors.gateway.node.kv_free", "By", "Room for keys and values there, as it said last", node => node.Report?.KvFreeBytes);

        void Gauge(string name, string? unit, string description, Func<NodeState, long?> value) => Meter.CreateObservableGauge(
            name,
            () => table.Nodes.SelectMany(node =>
                value(node) is { } number ? [new Measurement<long>(number, Of(node.Name))] : Array.Empty<Measurement<long>>()),
            unit,
            description);
    }

    public void Chose(NodeChoice? choice)
    {
        if (choice is null)
        {
            _refused.Add(1);
        }
        else
        {
            _choices.Add(1, Of(choice.Node.Name), new KeyValuePair<string, object?>("reason", NameOf(choice.Reason)));
        }
    }

    /// <param name="outcome">In lower case.</param>
    public void Ended(string node, string outcome) => _requests.Add(1, Of(node), new KeyValuePair<string, object?>("outcome", outcome));

    public void Retried(string node) => _retries.Add(1, Of(node));

    public void Ejected(string node) => _ejections.Add(1, Of(node));

    public void Waited(string node, TimeSpan wait) => _waits.Record(wait.TotalSeconds, Of(node));

    public void Dispose() => Meter.Dispose();

    private static KeyValuePair<string, object?> Of(string node) => new(Node, node);

    private static string NameOf(ChoiceReason reason) => reason switch
    {
        ChoiceReason.Holder => "holder",
        ChoiceReason.Conversation => "conversation",
        ChoiceReason.ShortestQueue => "shortest_queue",
        _ => "any",
    };
}
