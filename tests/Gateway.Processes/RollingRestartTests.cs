using System.Collections.Concurrent;
using MlxActors.Gateway.Processes.Programs;
using MlxActors.Gateway.Processes.Requests;
using Xunit.Abstractions;

namespace MlxActors.Gateway.Processes;

[Collection(Cluster.Collection)]
public sealed class RollingRestartTests(Cluster cluster, ITestOutputHelper output)
{
    private const int Clients = 10;

    /// <summary>Answers between two restarts, so that each node is stopped, and missed, under load.</summary>
    private const int AnswersBetween = 20;

    [SkippableFact]
    public async Task Restart_OfEveryNodeInTurnUnderLoad_FailsNoRequest()
    {
        await cluster.HealAsync();
        using var enough = new CancellationTokenSource();
        var endings = new ConcurrentQueue<Ending>();
        var clients = Enumerable.Range(0, Clients).Select(client => AskOnAndOnAsync(client, endings, enough.Token)).ToArray();
        var atSignal = new List<int>();

        foreach (var node in cluster.All)
        {
            await AnswersAsync(endings, AnswersBetween);
            atSignal.Add((await cluster.StatesAsync()).Single(state => state.Url == node.Url).InFlight);
            Assert.Equal(0, await node.StopAsync());
            await AnswersAsync(endings, AnswersBetween);
            await node.StartAsync();
            await node.WarmAsync();
            await Wait.UntilAsync(
                "the restarted node gets requests", cluster.StatesAsync, states => states.Single(state => state.Url == node.Url).State == "in");
        }
        await AnswersAsync(endings, AnswersBetween);
        await enough.CancelAsync();
        await Task.WhenAll(clients);

        output.WriteLine(
            $"{endings.Count} requests of {Clients} clients over the restart of {cluster.All.Count} nodes; at the signals, "
            + $"{string.Join(", ", atSignal)} were at the node; {endings.Count(ending => ending is not Ending.Answered)} failed");
        Assert.All(endings, ending => Assert.IsType<Ending.Answered>(ending));
    }

    private static Task AnswersAsync(ConcurrentQueue<Ending> endings, int more)
    {
        var wanted = endings.Count + more;
        return Wait.UntilAsync($"{wanted} answers", () => Task.FromResult(endings.Count), count => count >= wanted);
    }

    /// <summary>Streams and whole answers in turn, each of a conversation of its own.</summary>
    private async Task AskOnAndOnAsync(int client, ConcurrentQueue<Ending> endings, CancellationToken enough)
    {
        for (var turn = 0; !enough.IsCancellationRequested; turn++)
        {
            var body = ChatClient.Request($"Count from {client} to {turn}.", stream: turn % 2 == 0, maxTokens: 40);
            endings.Enqueue(await ChatClient.AskAsync(cluster.Http, body, $"roll-{client}-{turn}"));
        }
    }
}
