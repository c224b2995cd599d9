using System.Collections.Immutable;
using MlxActors.Http.Nodes;

namespace MlxActors.Gateway.Nodes;

/// <summary>All that the gateway knows of a node. Each method is what one event makes of it.</summary>
/// <param name="Source">Who named it: <c>settings</c>, <c>api</c>, or <c>dns:NAME:PORT</c>.</param>
/// <param name="Report">The last that it said of itself; null before the first.</param>
/// <param name="Heard">When it last said something of itself; null before.</param>
/// <param name="InFlight">The gateway's own requests there, by id of their model; <c>""</c> for those that need none.</param>
/// <param name="OwnAtReport">How many those were when it reported.</param>
/// <param name="Coming">A model that it was sent a request for while it had another; it holds as long as such requests are there.</param>
/// <param name="Models">What it can serve.</param>
/// <param name="ModelsSeen">When it told so; null before it has.</param>
/// <param name="Waits">How long the last answers took to begin; those that are streamed, for the others say nothing of it.</param>
/// <param name="IsLeaving">Whether it was taken out, and only finishes what it has.</param>
internal sealed record NodeState(
    NodeAddress Address,
    string Source,
    NodeHealth Health,
    NodeReport? Report,
    DateTimeOffset? Heard,
    ImmutableDictionary<string, int> InFlight,
    int OwnAtReport,
    string? Coming,
    ImmutableArray<NodeModel> Models,
    DateTimeOffset? ModelsSeen,
    ImmutableArray<TimeSpan> Waits,
    bool IsLeaving)
{
    public const int WaitsKept = 16;

    /// <summary>Of requests that need no model.</summary>
    private const string NoModel = "";

    public static NodeState New(NodeAddress address, string source) =>
        new(address, source, NodeHealth.New, null, null, ImmutableDictionary<string, int>.Empty, 0, null, [], null, [], false);

    public string Name => Address.Url;

    public int Own => InFlight.Values.Sum();

    /// <summary>Requests there: the gateway's own now, and those of others when it reported.</summary>
    public int Load => Own + Math.Max(0, Reported - OwnAtReport);

    /// <summary>Requests there that wait.</summary>
    public int Queue => Math.Max(Load - (Report?.Batch ?? 1), Math.Min(Report?.Waiting ?? 0, Load));

    /// <summary>The model that the next request would find there without a swap; null when there is none, or it is about to go.</summary>
    public string? Holds => ComingNow ?? (Report?.State == "draining" ? null : Report?.Model);

    /// <summary>Whether a model can be loaded there without taking another's place, as far as one knows.</summary>
    public bool IsEmpty => ComingNow is null && Report is { Model: null, LastLoadError: null };

    public bool TakesRequests => Health.IsIn && !IsLeaving && Report is { } report && Takes(report);

    private int Reported => (Report?.Running ?? 0) + (Report?.Waiting ?? 0);

    private string? ComingNow => Coming is not null && InFlight.ContainsKey(Coming) ? Coming : null;

    /// <summary>Whether a node that says this of itself takes requests, be it that they wait.</summary>
    public static bool Takes(NodeReport report) =>
        report is { State: not ("stopping" or "dead"), Status: not (NodeReport.Draining or "dead" or "unresponsive") };

    /// <param name="name">As a request has it; null asks for the default.</param>
    public NodeModel? Find(string? name) => Models.FirstOrDefault(model => name is null ? model.IsDefault : model.IsCalled(name));

    /// <param name="model">Id of the model that the request needs; null when it needs none.</param>
    public NodeState Begun(string? model) => this with
    {
        InFlight = InFlight.SetItem(model ?? NoModel, InFlight.GetValueOrDefault(model ?? NoModel) + 1),
        Coming = model is null || model == Holds ? Coming : model,
    };

    public NodeState Ended(string? model)
    {
        var left = InFlight.GetValueOrDefault(model ?? NoModel) - 1;
        return this with { InFlight = left > 0 ? InFlight.SetItem(model ?? NoModel, left) : InFlight.Remove(model ?? NoModel) };
    }

    public NodeState Told(NodeReport report, DateTimeOffset now) => this with
    {
        Report = report,
        Heard = now,
        OwnAtReport = Own,
        Coming = report.Model == Coming ? null : Coming,
    };

    public NodeState Waited(TimeSpan wait) => this with
    {
        Waits = (Waits.Length < WaitsKept ? Waits : Waits.RemoveAt(0)).Add(wait),
    };
}
