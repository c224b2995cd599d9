using Akka.TestKit;
using MlxActors.Generation;
using State = MlxActors.Actors.Protocol.ModelSupervisorProtocol.State;

namespace MlxActors.Actors.Tests;

/// <summary>Scenarios in which time decides, on a clock that the scenario turns.</summary>
public sealed class TimeSpec() : ActorSpec(
    """akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """,
    "mlxactors.stream { buffer = 4, unclaimed-timeout = 30s }",
    "mlxactors.supervisor { patience = 20s, idle-unload = 5m, max-overtaken = 100 }")
{
    private TestScheduler Clock => (TestScheduler)Sys.Scheduler;

    [Fact]
    public async Task A_stream_that_nobody_reads_is_given_up()
    {
        await Ask(LongAnswer("a", "hello"));
        await StatusBecomes(status => status is { State: State.Ready, Running: 1 });

        Clock.Advance(TimeSpan.FromSeconds(29));
        await StatusBecomes(status => status.Running == 1);
        Clock.Advance(TimeSpan.FromSeconds(2));

        await NothingIsLeft();
    }

    [Fact]
    public async Task A_request_for_another_model_is_overtaken_only_for_so_long()
    {
        var running = await Connect(LongAnswer("a", "under way"));
        await running.Next();
        var other = Request("b", "the other", maxTokens: 5);
        var answer = Answer(other);
        await StatusBecomes(status => status is { State: State.Ready, Waiting: 1 });

        Clock.Advance(TimeSpan.FromSeconds(21));

        await StatusBecomes(status => status is { State: State.Draining, Model: "a", Running: 1, Waiting: 1 });
        Assert.IsType<GenerationEvent.Finished>((await running.ReadToEnd())[^1]);
        AssertAnswered(other, await answer);
    }

    [Fact]
    public async Task A_model_that_nobody_uses_is_unloaded_and_loads_again_on_demand()
    {
        await Answer(Request("a", "hello"));
        await StatusBecomes(status => status is { State: State.Ready, Running: 0, Waiting: 0 });

        Clock.Advance(TimeSpan.FromMinutes(6));
        await StatusBecomes(status => status is { State: State.Empty, Model: null });

        var next = Request("a", "again");
        AssertAnswered(next, await Answer(next));
        Assert.Equal(["load a", "unload a", "load a"], Checkpoints.Log);
    }
}
