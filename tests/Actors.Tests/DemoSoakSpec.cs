using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using MlxActors.Actors.Hosting;
using MlxActors.Actors.Protocol;
using MlxActors.Actors.Tests.Fakes;
using MlxActors.Generation;
using MlxActors.Models;
using MlxActors.Native;
using MlxActors.Native.Cpu;
using Xunit.Abstractions;

namespace MlxActors.Actors.Tests;

/// <summary>
/// Thousands of random requests on the demo checkpoints: clients that stay, leave and dawdle, swaps, checkpoints that are broken or not
/// there, steps that throw. <c>MLXACTORS_SOAK_REQUESTS</c> makes it longer.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class DemoSoakSpec(ITestOutputHelper output) : ActorSpec(
    "mlxactors.engine { max-batch = 8, prefill-chunk = 16, kv-cache-bytes = 2MiB, restart-after = 2, speculation.enabled = on }",
    "mlxactors.supervisor { max-queue = 1000, max-overtaken = 64, max-restarts = 100000 }",
    "mlxactors.stream.buffer = 4")
{
    private const int Clients = 96;
    private const int Rounds = 5;
    private const long ManagedSlack = 4 << 20;

    private static readonly int Requests =
        int.TryParse(Environment.GetEnvironmentVariable("MLXACTORS_SOAK_REQUESTS"), out var count) ? count : 5000;

    private static readonly string[] Texts = ["Hi", "Hello", "Who are you?", "What is MLX?", "Count from 3 to 5.", "Tell me a story."];

    private readonly ConcurrentDictionary<(string Model, string Text, int Tokens), string> _answers = new();
    private readonly ConcurrentDictionary<string, int> _outcomes = new();
    private readonly ConcurrentBag<(string Message, bool Matters)> _deadLetters = [];

    protected override MlxActorsOptions Options
    {
        get
        {
            var (demo, random) = (DemoModels.Options(new CpuOptions(CpuMode.Fast, Threads: 2)), new Random(5));
            return demo with
            {
                Resolve = name => name == "broken" ? new ModelLocation(name, name) : DemoModels.Resolve(name),
                // One step in 300 throws; the engine's thread alone draws from this.
                Load = (directory, progress, cancellationToken) => demo.Load(directory, progress, cancellationToken)
                    .Map(loaded => loaded with { Model = new UnreliableModel(loaded.Model, () => random.Next(300) == 0) }),
            };
        }
    }

    [Fact]
    public async Task Thousands_of_random_requests_are_each_answered_once_and_nothing_is_left()
    {
        // Models of other scenarios whose end was made to fail are left to their finalizers.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var start = (MemoryUse.Mapped, MemoryUse.Allocated);
        Sys.EventStream.Subscribe(Sys.ActorOf(Props.Create(() => new Listener(_deadLetters))), typeof(AllDeadLetters));
        var (random, clock, managed) = (new Random(20), Stopwatch.StartNew(), new List<long>());

        for (var round = 0; round < Rounds; round++)
        {
            var plans = Enumerable.Range(0, Requests / Rounds).Select(_ => Plan.Draw(random)).ToList();
            await Parallel.ForEachAsync(plans, new ParallelOptions { MaxDegreeOfParallelism = Clients }, (plan, _) => new ValueTask(Play(plan)));
            await StatusBecomes(status => status is { Running: 0, Waiting: 0 });
            managed.Add(GC.GetTotalMemory(forceFullCollection: true));
            output.WriteLine($"{(round + 1) * plans.Count} requests, {clock.Elapsed.TotalSeconds:0.0} s: "
                + $"{managed[^1] / 1e6:0.0} MB managed, {Environment.WorkingSet / 1e6:0} MB resident");
        }
        await Models.GracefulStop(Patience);

        foreach (var (outcome, count) in _outcomes.OrderByDescending(pair => pair.Value))
        {
            output.WriteLine($"{count,6} {outcome}");
        }
        foreach (var letters in _deadLetters.GroupBy(letter => letter))
        {
            output.WriteLine($"{letters.Count(),6} dead letters: {letters.Key.Message}");
        }
        Assert.Equal(Requests / Rounds * Rounds, _outcomes.Values.Sum());
        Assert.DoesNotContain(_deadLetters, letter => letter.Matters);
        Assert.Equal(start, (MemoryUse.Mapped, MemoryUse.Allocated));
        Assert.InRange(managed[^1], 0, managed[0] + ManagedSlack);
    }

    private async Task Play(Plan plan)
    {
        var client = await Connect(plan.Request);
        for (var i = 0; i < plan.LeavesAfter && await client.Next() is not null; i++)
        {
            if (plan.Dawdles)
            {
                await Task.Delay(1);
            }
        }
        if (plan.LeavesAfter < Plan.Stays)
        {
            await client.Disconnect();
            Count("left");
            return;
        }
        Count(Judge(plan, client.Events));
    }

    /// <summary>What became of a request whose client stayed: one answer, the same as ever, or one failure of a kind that was to be expected.</summary>
    private string Judge(Plan plan, IReadOnlyList<GenerationEvent> events)
    {
        Assert.Single(events, happened => happened is GenerationEvent.Finished or GenerationEvent.Failed);
        switch (events[^1])
        {
            case GenerationEvent.Finished:
                var key = (plan.Request.Model, plan.Text, plan.Request.MaxTokens!.Value);
                Assert.Equal(_answers.GetOrAdd(key, TextOf(events)), TextOf(events));
                return "answered";
            case GenerationEvent.Failed(var error):
                Assert.Equal(plan.Request.Model switch
                {
                    "broken" => typeof(GenerationError.LoadFailed),
                    "nowhere" => typeof(GenerationError.ModelNotFound),
                    _ => typeof(GenerationError.EngineFailed),
                }, error.GetType());
                return error.GetType().Name;
            default:
                throw new UnreachableException();
        }
    }

    private void Count(string outcome) => _outcomes.AddOrUpdate(outcome, 1, (_, count) => count + 1);

    /// <param name="LeavesAfter">Events that are read before the client goes away; <see cref="Stays"/>: all.</param>
    private sealed record Plan(GenerationRequest Request, string Text, int LeavesAfter, bool Dawdles)
    {
        public const int Stays = int.MaxValue;

        public static Plan Draw(Random random)
        {
            var model = random.Next(100) switch
            {
                < 70 => "demo",
                < 95 => "demo-qwen",
                < 97 => "broken",
                _ => "nowhere",
            };
            var (text, dawdles) = (Texts[random.Next(Texts.Length)], random.Next(20) == 0);
            var request = ActorSpec.Request(model, text, maxTokens: 1 + random.Next(dawdles ? 12 : 4));
            return new Plan(
                request with { Sampling = SamplingOptions.Unset with { Temperature = 0 } },
                text,
                LeavesAfter: random.Next(6) == 0 ? random.Next(4) : Stays,
                dawdles);
        }
    }

    /// <summary>
    /// What reaches an actor that has gone matters, unless it is an answer that crossed its leaving: a grant or a refusal by the
    /// supervisor, which hears of the leaving next, or news of progress.
    /// </summary>
    private sealed class Listener : ReceiveActor
    {
        public Listener(ConcurrentBag<(string Message, bool Matters)> letters) => Receive<AllDeadLetters>(letter =>
        {
            var crossed = letter.Message is GenerationProtocol.Granted or GenerationProtocol.Refused or GenerationEvent.Progress;
            letters.Add(($"{letter.Message.GetType().Name} to {letter.Recipient.Path.Parent.Name}", !crossed && IsOurs(letter)));
        });

        private static bool IsOurs(AllDeadLetters letter) =>
            letter.Message.GetType().Assembly == typeof(ModelSupervisor).Assembly || letter.Message is GenerationEvent;
    }
}
