using MlxActors.Generation;
using State = MlxActors.Actors.Protocol.ModelSupervisorProtocol.State;

namespace MlxActors.Actors.Tests;

public sealed class SwappingSpec() : ActorSpec(
    "mlxactors.supervisor { max-overtaken = 2, max-queue = 8 }",
    "mlxactors.stream.buffer = 4")
{
    [Fact]
    public async Task A_swap_waits_for_the_answer_that_is_under_way_and_unloads_before_it_loads()
    {
        var request = LongAnswer("a", "under way");
        var running = await Connect(request);
        await running.Next();

        var other = Request("b", "the other");
        var answer = Answer(other);
        await StatusBecomes(status => status is { Model: "a", Running: 1, Waiting: 1 });
        AssertAnswered(request, await running.ReadToEnd());

        AssertAnswered(other, await answer);
        Assert.Equal(["load a", "unload a", "load b"], Checkpoints.Log);
    }

    [Fact]
    public async Task Two_names_of_one_checkpoint_are_one_model()
    {
        await Answer(Request("a", "hello"));
        var request = Request("alias-a", "hello");

        AssertAnswered(request, await Answer(request));

        Assert.Equal(["load a"], Checkpoints.Log);
    }

    [Fact]
    public async Task Requests_that_come_during_a_load_wait_and_are_answered_in_groups_of_one_model()
    {
        var (loading, mayLoad) = (new TaskCompletionSource(), new TaskCompletionSource());
        Checkpoints.OnLoad = _ =>
        {
            loading.TrySetResult();
            mayLoad.Task.Wait(Patience);
        };
        var requests = new[] { "a", "b", "a", "b", "a" }
            .Select((model, index) => Request(model, $"number {index}", maxTokens: 10)).ToList();

        var answers = requests.Select(Answer).ToList();
        await loading.Task.WaitAsync(Patience);
        await StatusBecomes(status => status is { State: State.Loading, Model: "a", Waiting: 5 });
        mayLoad.SetResult();

        foreach (var (request, events) in requests.Zip(await Task.WhenAll(answers)))
        {
            AssertAnswered(request, events);
        }
        Assert.Equal(["load a", "unload a", "load b"], Checkpoints.Log);
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_load_that_fails_refuses_those_who_waited_for_it_and_the_others_are_served()
    {
        await Answer(Request("a", "before"));
        Checkpoints.Faults["b"] = "model.safetensors: truncated";
        var (loading, mayLoad) = (new TaskCompletionSource(), new TaskCompletionSource());
        Checkpoints.OnLoad = _ =>
        {
            loading.TrySetResult();
            mayLoad.Task.Wait(Patience);
        };

        var first = Answer(Request("b", "first"));
        await loading.Task.WaitAsync(Patience);
        var second = Answer(Request("b", "second"));
        var previous = Request("a", "again");
        var third = Answer(previous);
        await StatusBecomes(status => status is { State: State.Loading, Waiting: 3 });
        mayLoad.SetResult();

        Assert.Equal(
            new GenerationError.LoadFailed("b", "model.safetensors: truncated"), AssertFailed<GenerationError.LoadFailed>(await first));
        AssertFailed<GenerationError.LoadFailed>(await second);
        AssertAnswered(previous, await third);
        Assert.Equal(["load a", "unload a", "load b", "load a"], Checkpoints.Log);
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_failed_load_shows_in_the_status_until_a_load_succeeds()
    {
        Checkpoints.Faults["b"] = "model.safetensors: truncated";
        await Answer(Request("b", "hello"));
        await StatusBecomes(status => status is { State: State.Empty, Model: null, LastLoadError: "b: model.safetensors: truncated" });

        await Answer(Request("a", "hello"));

        await StatusBecomes(status => status is { State: State.Ready, LastLoadError: null });
    }

    [Fact]
    public async Task A_loader_that_throws_is_a_failed_load()
    {
        Checkpoints.OnLoad = directory =>
        {
            if (directory == "b")
            {
                throw new InvalidOperationException("a bug in the loader");
            }
        };
        var error = AssertFailed<GenerationError.LoadFailed>(await Answer(Request("b", "hello")));
        var next = Request("a", "hello");

        Assert.Equal("a bug in the loader", error.Reason);
        AssertAnswered(next, await Answer(next));
    }

    [Fact]
    public async Task More_requests_than_may_wait_are_refused_with_a_pause()
    {
        var mayLoad = new TaskCompletionSource();
        Checkpoints.OnLoad = _ => mayLoad.Task.Wait(Patience);
        var requests = Enumerable.Range(0, 8).Select(index => Request("a", $"number {index}", maxTokens: 5)).ToList();
        var answers = requests.Select(Answer).ToList();
        await StatusBecomes(status => status.Waiting == 8);

        var error = AssertFailed<GenerationError.Overloaded>(await Answer(Request("a", "one too many")));
        mayLoad.SetResult();

        Assert.True(error.RetryAfter > TimeSpan.Zero);
        foreach (var (request, events) in requests.Zip(await Task.WhenAll(answers)))
        {
            AssertAnswered(request, events);
        }
    }

    [Fact]
    public async Task A_request_for_another_model_is_overtaken_only_so_often()
    {
        var running = await Connect(LongAnswer("a", "under way"));
        await running.Next();
        var other = Request("b", "the other", maxTokens: 5);
        var otherAnswer = Answer(other);
        await StatusBecomes(status => status.Waiting == 1);

        // Two may overtake; the third finds the model draining, and comes after the other.
        await Answer(Request("a", "overtakes", maxTokens: 5));
        await Answer(Request("a", "overtakes too", maxTokens: 5));
        var third = Request("a", "waits", maxTokens: 5);
        var thirdAnswer = Answer(third);
        await StatusBecomes(status => status is { State: State.Draining, Waiting: 2 });
        await running.ReadToEnd();

        AssertAnswered(other, await otherAnswer);
        AssertAnswered(third, await thirdAnswer);
        Assert.Equal(["load a", "unload a", "load b", "unload b", "load a"], Checkpoints.Log);
    }
}
