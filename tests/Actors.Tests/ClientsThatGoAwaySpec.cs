using MlxActors.Generation;
using State = MlxActors.Actors.Protocol.ModelSupervisorProtocol.State;
using Status = MlxActors.Actors.Protocol.ModelSupervisorProtocol.Status;

namespace MlxActors.Actors.Tests;

public sealed class ClientsThatGoAwaySpec()
    : ActorSpec("mlxactors.engine.max-batch = 1", "mlxactors.engine.prefill-chunk = 4", "mlxactors.stream.buffer = 4")
{
    [Fact]
    public async Task While_its_model_loads_and_nobody_else_waits_for_it_the_load_is_cancelled()
    {
        var loading = LoadUntilCancelled();
        var client = await Connect(Request("a", "hello"));
        await loading.WaitAsync(Patience);

        await client.Disconnect();

        await StatusBecomes(status => status == new Status(State.Empty, null, 0, 0, null));
        Assert.Equal(["load a"], Checkpoints.Log);
        await NothingIsLeft();
    }

    [Fact]
    public async Task While_its_model_loads_and_others_wait_for_it_too_the_load_goes_on_for_them()
    {
        var mayLoad = new TaskCompletionSource();
        Checkpoints.WhileLoading = (_, cancelled) => mayLoad.Task.Wait(Patience, cancelled);
        var client = await Connect(Request("a", "hello"));
        var other = Request("a", "and I");
        var answer = Answer(other);
        await StatusBecomes(status => status is { State: State.Loading, Waiting: 2 });

        await client.Disconnect();
        await StatusBecomes(status => status is { State: State.Loading, Waiting: 1 });
        mayLoad.SetResult();

        AssertAnswered(other, await answer);
        Assert.Equal(["load a"], Checkpoints.Log);
        await NothingIsLeft();
    }

    [Fact]
    public async Task While_its_model_loads_in_place_of_another_the_other_one_serves_again()
    {
        await Answer(Request("a", "before"));
        var loading = LoadUntilCancelled();
        var client = await Connect(Request("b", "hello"));
        await loading.WaitAsync(Patience);

        Checkpoints.WhileLoading = (_, _) => { };
        await client.Disconnect();

        await StatusBecomes(status => status is { State: State.Ready, Model: "a" });
        Assert.Equal(["load a", "unload a", "load b", "load a"], Checkpoints.Log);
    }

    [Fact]
    public async Task While_it_waits_for_another_model_the_swap_does_not_take_place()
    {
        var running = await Connect(LongAnswer("a", "under way"));
        await running.Next();
        var waiting = await Connect(Request("b", "hello"));
        await StatusBecomes(status => status.Waiting == 1);

        await waiting.Disconnect();
        await StatusBecomes(status => status is { State: State.Ready, Waiting: 0 });
        await running.ReadToEnd();

        await NothingIsLeft();
        Assert.Equal(["load a"], Checkpoints.Log);
    }

    [Fact]
    public async Task While_it_waits_for_room_it_never_runs()
    {
        var running = await Connect(LongAnswer("a", "under way"));
        await running.Next();
        var waiting = await Connect(Request("a", "hello hello hello"));
        await waiting.Next();
        await StatusBecomes(status => status is { Running: 1, Waiting: 1 });

        await waiting.Disconnect();
        await StatusBecomes(status => status is { Running: 1, Waiting: 0 });
        await running.ReadToEnd();

        await NothingIsLeft();
        var usage = Assert.IsType<GenerationEvent.Finished>(running.Events[^1]).Usage;
        Assert.Equal(usage.TotalTokens - 1, Checkpoints["a"].Steps.Sum(step => step.RowsPerSequence.Sum()));
    }

    [Fact]
    public async Task While_its_prompt_is_prepared_the_preparation_is_cancelled()
    {
        var preparing = new TaskCompletionSource();
        Checkpoints.Processor.OnPrepare = cancellation =>
        {
            preparing.TrySetResult();
            cancellation.WaitHandle.WaitOne(Patience);
            cancellation.ThrowIfCancellationRequested();
        };
        var client = await Connect(Request("a", "hello"));
        await preparing.Task.WaitAsync(Patience);

        await client.Disconnect();

        await NothingIsLeft();
        Assert.Empty(Checkpoints["a"].Steps);
    }

    [Fact]
    public async Task Between_two_chunks_of_its_prompt_the_rest_is_not_read()
    {
        using var mayGoOn = new SemaphoreSlim(1);
        Checkpoints.OnLoaded = model => model.OnForward = _ => mayGoOn.Wait(Patience);
        var client = await Connect(Request("a", new string('x', 900)));
        await StatusBecomes(status => status.Running == 1);

        await client.Disconnect();
        // Chunk by chunk, until the news has come to the engine.
        await StatusBecomes(status =>
        {
            mayGoOn.Release();
            return status is { Running: 0, Waiting: 0 };
        });
        await NothingIsLeft();

        Assert.InRange(Checkpoints["a"].Steps.Count, 1, 224);
        Assert.All(Checkpoints["a"].Steps, step => Assert.Equal(4, step.RowsPerSequence[0]));
    }

    [Fact]
    public async Task While_it_is_answered_its_sequence_is_freed_and_the_next_one_gets_its_room()
    {
        var client = await Connect(LongAnswer("a", "hello"));
        await client.Next();
        await client.Next();

        await client.Disconnect();

        var next = Request("a", "next");
        AssertAnswered(next, await Answer(next));
        await NothingIsLeft();
    }

    /// <summary>Loads go on until they are cancelled; the task tells when one has begun.</summary>
    private Task LoadUntilCancelled()
    {
        var loading = new TaskCompletionSource();
        Checkpoints.WhileLoading = (_, cancelled) =>
        {
            loading.SetResult();
            cancelled.WaitHandle.WaitOne(Patience);
            cancelled.ThrowIfCancellationRequested();
        };
        return loading.Task;
    }
}
