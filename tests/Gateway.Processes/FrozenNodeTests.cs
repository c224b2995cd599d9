using MlxActors.Gateway.Processes.Programs;
using MlxActors.Gateway.Processes.Requests;
using MlxActors.Web.Tests.Telemetry;
using Xunit.Abstractions;

namespace MlxActors.Gateway.Processes;

/// <summary>A node that stops without a word: its process is there, its connections are open, and nothing comes.</summary>
[Collection(Cluster.Collection)]
public sealed class FrozenNodeTests(Cluster cluster, ITestOutputHelper output)
{
    private const int Streams = 24;
    private const int BegunWhenItFreezes = 6;

    /// <summary>Long enough for a node on a busy machine to say how it is.</summary>
    private const string SoonLost = "mlxactors.gateway.health { timeout = 10s, lost-after = 12s }";

    [SkippableFact]
    public async Task Freeze_OfOneOfThree_EndsEachRequestInAnAnswerOrATypedError()
    {
        await cluster.HealAsync();
        await using var gateway = await cluster.StartGatewayAsync("gateway-of-frozen", SoonLost, [.. cluster.All.Select(node => node.Url)]);
        using var http = new HttpClient { BaseAddress = gateway.Address, Timeout = Wait.Patience };
        await Wait.UntilAsync("the gateway has its nodes", () => http.GetAsync("/health"), response => response.IsSuccessStatusCode);
        var begun = new Countdown(BegunWhenItFreezes);
        var requests = Enumerable.Range(0, Streams)
            .Select(index => ChatClient.LongRequest($"Tell me a story about the number {index}.", tokens: 200))
            .ToArray();
        var victim = cluster.All[0];

        var running = requests.Select((request, index) => ChatClient.AskAsync(http, request, $"freeze-{index}", begun.Signal)).ToArray();
        await begun.Over.WaitAsync(Wait.Patience);
        await victim.FreezeAsync();
        try
        {
            var endings = await Task.WhenAll(running);

            var (answers, errors) = (endings.OfType<Ending.Answered>().Count(), endings.OfType<Ending.Errored>().ToArray());
            var again = victim.BegunAgain(Exposition.Parse(await http.GetStringAsync("/metrics")));
            output.WriteLine($"{Streams} streams: {answers} answered, {errors.Length} errors; {again} begun anew");
            Assert.True(errors.Length + again > 0, "the node froze without a request");
            Assert.Empty(endings.OfType<Ending.Broken>());
            Assert.All(errors, error => Assert.Equal("node_failed", error.Code));
            Assert.IsType<Ending.Answered>(await ChatClient.AskAsync(http, ChatClient.Request("Hello", maxTokens: 4)));
        }
        finally
        {
            await victim.ThawAsync();
        }
        await cluster.HealAsync();
    }
}
