using MlxActors.Gateway.Processes.Programs;
using MlxActors.Gateway.Processes.Requests;
using Xunit.Abstractions;

namespace MlxActors.Gateway.Processes;

[Collection(Cluster.Collection)]
public sealed class TwoModelsTests(Cluster cluster, ITestOutputHelper output)
{
    private const int Requests = 60;
    private const int AtOnce = 12;
    private const int Seed = 20261123;
    private const string Loads = "mlxactors_loads_total{outcome=\"loaded\"}";
    private const string Swaps = "mlxactors_swaps_total";

    private static readonly string[] Models = ["demo", "demo-qwen"];

    [SkippableFact]
    public async Task TwoModels_OnThreeNodes_AreServedWithoutASwap_AfterTheFirstRequestOfEach()
    {
        await cluster.HealAsync();
        foreach (var model in Models)
        {
            Assert.IsType<Ending.Answered>(await ChatClient.AskAsync(cluster.Http, ChatClient.Request("Hello", model: model, maxTokens: 4)));
        }
        var (loadsBefore, swapsBefore) = (await cluster.SumAsync(Loads), await cluster.SumAsync(Swaps));
        var random = new Random(Seed);
        var bodies = Enumerable.Range(0, Requests)
            .Select(index => ChatClient.Request($"What is {random.Next(100)}?", stream: index % 2 == 0, model: Models[random.Next(2)], maxTokens: 24))
            .ToArray();

        var endings = new List<Ending>();
        foreach (var some in bodies.Chunk(AtOnce))
        {
            endings.AddRange(await Task.WhenAll(some.Select(body => ChatClient.AskAsync(cluster.Http, body))));
        }

        var (loads, swaps) = (await cluster.SumAsync(Loads) - loadsBefore, await cluster.SumAsync(Swaps) - swapsBefore);
        output.WriteLine(
            $"{Requests} requests, {bodies.Count(body => (string?)body["model"] == Models[1])} of them for {Models[1]}: {swaps} swaps, {loads} loads; "
            + $"the nodes hold {string.Join(", ", (await cluster.StatesAsync()).Select(node => node.Model))}");
        Assert.All(endings, ending => Assert.IsType<Ending.Answered>(ending));
        Assert.Equal((0, 0), (loads, swaps));
    }
}
