using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Clients;

/// <summary>
/// The official clients for Node and the AI SDK against the demo model: one script a scenario, in <c>tests/Clients.Node</c>, which holds
/// the assertions.
/// </summary>
[Collection(DemoServer.Collection)]
public sealed class NodeClientTests(DemoServer server, NodePackages node) : IClassFixture<NodePackages>
{
    public static TheoryData<string> Scenarios =>
    [
        .. new DirectoryInfo(Path.Combine(NodePackages.Folder, "scenarios", "demo")).EnumerateFiles("*.mjs")
            .Select(file => file.Name)
            .Order(StringComparer.Ordinal),
    ];

    [SkippableTheory]
    [MemberData(nameof(Scenarios))]
    public Task Scenario_OfTheDemoModel_Holds(string scenario) => node.RunAsync(Path.Combine("scenarios", "demo", scenario), server.Address);
}
