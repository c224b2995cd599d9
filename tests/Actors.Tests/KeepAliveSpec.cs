using Akka.TestKit;
using State = MlxActors.Actors.Protocol.ModelSupervisorProtocol.State;

namespace MlxActors.Actors.Tests;

/// <summary>How long a model that nobody uses is kept, on a clock that the scenario turns.</summary>
public sealed class KeepAliveSpec() : ActorSpec(
    """akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """,
    "mlxactors.supervisor { idle-unload = 5m, keep-alive { alias-p = -1, b = 1m, z = 0 } }")
{
    private TestScheduler Clock => (TestScheduler)Sys.Scheduler;

    [Theory]
    [InlineData("a", 299, 2)]
    [InlineData("b", 59, 2)]
    public async Task A_model_is_unloaded_after_its_own_time_or_that_of_all(string model, int kept, int more)
    {
        await Answer(Request(model, "hello"));
        await StatusBecomes(status => status is { State: State.Ready, Running: 0, Waiting: 0 });

        Clock.Advance(TimeSpan.FromSeconds(kept));
        await StatusBecomes(status => status.State == State.Ready);
        Clock.Advance(TimeSpan.FromSeconds(more));

        await StatusBecomes(status => status is { State: State.Empty, Model: null });
        var next = Request(model, "again");
        AssertAnswered(next, await Answer(next));
    }

    [Fact]
    public async Task A_pinned_model_stays_until_another_is_asked_for()
    {
        await Answer(Request("p", "hello"));
        await StatusBecomes(status => status is { State: State.Ready, Running: 0, Waiting: 0 });

        Clock.Advance(TimeSpan.FromDays(1));
        await StatusBecomes(status => status is { State: State.Ready, Model: "p" });
        await Answer(Request("b", "hello"));

        Assert.Equal(["load p", "unload p", "load b"], Checkpoints.Log);
    }

    [Fact]
    public async Task A_model_with_no_time_is_unloaded_as_soon_as_nobody_uses_it()
    {
        await Answer(Request("z", "hello"));

        await StatusBecomes(status => status is { State: State.Empty });
        await AwaitConditionAsync(() => Task.FromResult(Checkpoints.Log.Contains("unload z")), Patience, TimeSpan.FromMilliseconds(5));
    }
}
