using System.Collections.Concurrent;
using MlxActors.Generation;

namespace MlxActors.Actors.Tests;

/// <summary>Everything at once: random requests for three models, one of them broken, from clients who stay or leave.</summary>
public sealed class SoakSpec() : ActorSpec(
    "mlxactors.engine { max-batch = 3, prefill-chunk = 4 }",
    "mlxactors.supervisor { max-queue = 100, max-overtaken = 3 }",
    "mlxactors.stream.buffer = 2")
{
    private const int Requests = 300;

    [Fact]
    public async Task Every_request_is_answered_rightly_or_refused_once_and_nothing_is_left()
    {
        var random = new Random(20);
        Checkpoints.Faults["c"] = "model.safetensors: truncated";
        var plans = Enumerable.Range(0, Requests).Select(index => new Plan(
            Request($"{"aaabbc"[random.Next(6)]}", $"request {index} {new string('x', random.Next(20))}", maxTokens: 1 + random.Next(40)),
            random.Next(4) == 0 ? random.Next(8) : null)).ToList();
        var outcomes = new ConcurrentDictionary<Plan, IReadOnlyList<GenerationEvent>>();

        await Parallel.ForEachAsync(plans, new ParallelOptions { MaxDegreeOfParallelism = 40 }, async (plan, _) =>
        {
            var client = await Connect(plan.Request);
            outcomes[plan] = plan.LeavesAfter is { } events ? await ReadAndLeave(client, events) : await client.ReadToEnd();
        });

        Assert.All(outcomes, outcome => Check(outcome.Key, outcome.Value));
        await NothingIsLeft();
        AssertOneModelAtATime();
    }

    private static async Task<IReadOnlyList<GenerationEvent>> ReadAndLeave(Client client, int events)
    {
        while (events-- > 0 && await client.Next() is not null)
        {
            await Task.Yield();
        }
        await client.Disconnect();
        return client.Events;
    }

    private static void Check(Plan plan, IReadOnlyList<GenerationEvent> events)
    {
        if (plan.LeavesAfter is not null)
        {
            Assert.InRange(events.Count(happened => happened is GenerationEvent.Finished or GenerationEvent.Failed), 0, 1);
        }
        else if (plan.Request.Model == "c")
        {
            AssertFailed<GenerationError.LoadFailed>(events);
        }
        else
        {
            AssertAnswered(plan.Request, events);
        }
    }

    /// <summary>The log of loads reads load, unload, load, unload ...; the broken one leaves nothing to unload.</summary>
    private void AssertOneModelAtATime()
    {
        var whole = Checkpoints.Log.Where(line => !line.EndsWith('c')).ToList();
        Assert.All(whole.Index(), line => Assert.StartsWith(line.Index % 2 == 0 ? "load" : "unload", line.Item));
    }

    private sealed record Plan(GenerationRequest Request, int? LeavesAfter);
}
