using MlxActors.Gateway.Processes.Programs;
using MlxActors.Gateway.Processes.Requests;
using Xunit.Abstractions;

namespace MlxActors.Gateway.Processes;

[Collection(Cluster.Collection)]
public sealed class DyingNodeTests(Cluster cluster, ITestOutputHelper output)
{
    private const int Streams = 50;

    /// <summary>Nearly as many as run at a time, so that the node that dies has some in the middle, and others that wait.</summary>
    private const int BegunWhenItDies = 20;

    private const int Seed = 20261123;

    [SkippableFact]
    public async Task Kill_OfOneOfThreeUnderFiftyStreams_EndsEachInAnAnswerOrATypedError_AndAnswersNoneTwice()
    {
        await cluster.HealAsync();
        var finishedBefore = await FinishedAsync(cluster.All);
        var random = new Random(Seed);
        var requests = Enumerable.Range(0, Streams)
            .Select(index => (
                Id: $"kill-{index}",
                Body: ChatClient.LongRequest($"Tell me a story about the number {random.Next(1000)}.", tokens: 150 + random.Next(100))))
            .ToArray();
        var begun = new Countdown(BegunWhenItDies);

        var running = requests.Select(request => ChatClient.AskAsync(cluster.Http, request.Body, request.Id, begun.Signal)).ToArray();
        await begun.Over.WaitAsync(Wait.Patience);
        var hit = (await cluster.StatesAsync()).MaxBy(node => node.InFlight)!;
        var victim = cluster.All.Single(node => node.Url == hit.Url);
        var againBefore = victim.BegunAgain(await cluster.GatewayMetricsAsync());
        await victim.KillAsync();
        var endings = await Task.WhenAll(running);

        var again = victim.BegunAgain(await cluster.GatewayMetricsAsync()) - againBefore;
        var (answers, errors) = (endings.OfType<Ending.Answered>().Count(), endings.OfType<Ending.Errored>().ToArray());
        output.WriteLine($"{Streams} streams, {hit.InFlight} of them at the node that died: {answers} answered, {errors.Length} errors; {again} begun anew");
        Assert.Empty(endings.OfType<Ending.Broken>());
        Assert.All(errors, error => Assert.Equal("server_error", error.Type));
        Assert.True(errors.Length + again > 0, "the node died without a request");

        var others = cluster.All.Where(node => node != victim).ToArray();
        var finished = await AnsweredAsync(others, finishedBefore);
        Assert.All(requests.Zip(endings), request =>
        {
            // What the node that died had answered may be in its log or not.
            Assert.InRange(finished.Concat(victim.Answered()).Count(id => id == request.First.Id), 0, 1);
            Assert.False(request.Second is Ending.Errored && finished.Contains(request.First.Id), $"{request.First.Id} was answered behind an error");
        });
    }

    /// <summary>Ids of the requests that the nodes have answered, once their logs say as much as their metrics.</summary>
    private static async Task<string[]> AnsweredAsync(IReadOnlyList<Node> nodes, IReadOnlyDictionary<Node, double> finishedBefore)
    {
        await Wait.UntilAsync(
            "every answer is in the log",
            async () =>
            {
                var finished = await FinishedAsync(nodes);
                return (Finished: nodes.Sum(node => finished[node] - finishedBefore[node]), Logged: Logged().Length);
            },
            seen => seen.Finished == seen.Logged);
        return Logged();

        string[] Logged() => [.. nodes.SelectMany(node => node.Answered()).Where(id => id.StartsWith("kill-", StringComparison.Ordinal))];
    }

    /// <summary>How many answers each node has finished, once it has none under way.</summary>
    private static async Task<IReadOnlyDictionary<Node, double>> FinishedAsync(IReadOnlyList<Node> nodes)
    {
        var scrapes = await Wait.UntilAsync(
            "nothing runs any more",
            () => Task.WhenAll(nodes.Select(node => node.MetricsAsync())),
            scrapes => scrapes.All(scrape => scrape.Find("mlxactors_generations") == 0));
        return nodes.Zip(scrapes).ToDictionary(
            pair => pair.First, pair => pair.Second.Find("mlxactors_requests_total{outcome=\"finished\"}") ?? 0);
    }
}
