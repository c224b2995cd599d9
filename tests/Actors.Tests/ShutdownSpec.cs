using Akka.Actor;
using Akka.TestKit;
using MlxActors.Generation;
using static MlxActors.Actors.Protocol.ModelSupervisorProtocol;

namespace MlxActors.Actors.Tests;

/// <summary>The end of the server, on a clock that the scenario turns.</summary>
public sealed class ShutdownSpec() : ActorSpec(
    """akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """,
    "mlxactors.stream.buffer = 4",
    "mlxactors.shutdown.deadline = 30s")
{
    private TestScheduler Clock => (TestScheduler)Sys.Scheduler;

    [Fact]
    public async Task A_running_answer_finishes_and_then_the_model_is_unloaded()
    {
        var request = LongAnswer("a", "under way");
        var running = await Connect(request);
        await running.Next();

        var end = BeginToEnd();
        await StatusBecomes(status => status is { State: State.Stopping, Running: 1 });
        AssertAnswered(request, await running.ReadToEnd());

        await end;
        await AwaitConditionAsync(() => Task.FromResult(Checkpoints.Log.Contains("unload a")), Patience, TimeSpan.FromMilliseconds(5));
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_request_that_waits_for_a_swap_and_one_that_comes_late_are_refused()
    {
        var running = await Connect(LongAnswer("a", "under way"));
        await running.Next();
        var waiting = Answer(Request("b", "waits"));
        await StatusBecomes(status => status.Waiting == 1);

        var end = BeginToEnd();

        AssertFailed<GenerationError.ShuttingDown>(await waiting);
        AssertFailed<GenerationError.ShuttingDown>(await Answer(Request("a", "late")));
        await running.ReadToEnd();
        await end;
        Assert.DoesNotContain("load b", Checkpoints.Log);
    }

    [Fact]
    public async Task What_still_runs_at_the_deadline_ends_in_one_last_event()
    {
        var running = await Connect(LongAnswer("a", "under way"));
        await running.Next();
        await StatusBecomes(status => status.Running == 1);
        var end = BeginToEnd();
        await StatusBecomes(status => status is { State: State.Stopping, Running: 1 });

        Clock.Advance(TimeSpan.FromSeconds(30));
        await NothingIsLeft();

        AssertFailed<GenerationError.ShuttingDown>(await running.ReadToEnd());
        await end;
    }

    [Fact]
    public async Task A_load_is_cancelled()
    {
        var loading = new TaskCompletionSource();
        Checkpoints.WhileLoading = (_, cancelled) =>
        {
            loading.SetResult();
            cancelled.WaitHandle.WaitOne(Patience);
            cancelled.ThrowIfCancellationRequested();
        };
        var answer = Answer(Request("a", "hello"));
        await loading.Task.WaitAsync(Patience);

        var end = BeginToEnd();

        AssertFailed<GenerationError.ShuttingDown>(await answer);
        await end;
        await NothingIsLeft();
    }

    private Task<ShutDown> BeginToEnd() => Models.Ask<ShutDown>(BeginShutdown.Instance, Patience);
}
