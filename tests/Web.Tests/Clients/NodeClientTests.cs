using System.Diagnostics.Metrics;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Clients;

/// <summary>
/// The official client for Node and the AI SDK against the demo model: one script a scenario, in <c>tests/Clients.Node</c>, which holds
/// the assertions.
/// </summary>
[Collection(DemoServer.Collection)]
public sealed class NodeClientTests(DemoServer server, NodePackages node) : IClassFixture<NodePackages>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static TheoryData<string> OfTheDemoModel => ScriptsIn("demo");

    public static TheoryData<string> OfAServerWithKeys => ScriptsIn("guarded");

    public static TheoryData<string> OfLeaving => ScriptsIn("gated");

    [SkippableTheory]
    [MemberData(nameof(OfTheDemoModel))]
    public Task Scenario_OfTheDemoModel_Holds(string script) => node.RunAsync(script, server.Address);

    [SkippableTheory]
    [MemberData(nameof(OfAServerWithKeys))]
    public async Task Scenario_OfAServerWithKeys_Holds(string script)
    {
        await using var guarded = await TestServer.StartAsync(new Script(), """mlxactors.http.api-keys = ["sk-right"]""");

        await node.RunAsync(script, guarded.Address);
    }

    [SkippableTheory]
    [MemberData(nameof(OfLeaving))]
    public async Task Client_AbortsItsStream_FreesTheSequence(string script)
    {
        // In the middle of its answer the engine waits until the server has noticed that the client left: the answer cannot end before.
        using var left = new ManualResetEventSlim();
        var gate = new GatedServer
        {
            OnForward = batch =>
            {
                if (batch.Caches[0].Length > 40)
                {
                    left.Wait(Patience);
                }
            },
        };
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter == gate.Metrics.Meter && instrument.Name == "mlxactors.requests.cancelled")
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => left.Set());
        listener.Start();
        await using var gated = await gate.StartAsync();

        await node.RunAsync(script, gated.Address);

        Assert.True(left.IsSet);
    }

    private static TheoryData<string> ScriptsIn(string folder) =>
    [
        .. new DirectoryInfo(Path.Combine(NodePackages.Folder, "scenarios", folder)).EnumerateFiles("*.mjs")
            .Select(file => $"scenarios/{folder}/{file.Name}")
            .Order(StringComparer.Ordinal),
    ];
}
