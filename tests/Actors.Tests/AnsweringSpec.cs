using System.Collections.Concurrent;
using Akka.Actor;
using MlxActors.Actors.Tests.Fakes;
using MlxActors.Generation;
using State = MlxActors.Actors.Protocol.ModelSupervisorProtocol.State;

namespace MlxActors.Actors.Tests;

public sealed class AnsweringSpec() : ActorSpec("mlxactors.engine.max-batch = 4", "mlxactors.engine.prefill-chunk = 8")
{
    [Fact]
    public async Task A_request_loads_its_model_and_gets_its_answer()
    {
        var request = Request("a", "hello");

        AssertAnswered(request, await Answer(request));

        Assert.Equal(["load a"], Checkpoints.Log);
        await NothingIsLeft();
    }

    [Fact]
    public async Task Status_tells_which_model_is_there()
    {
        Assert.Equal(new(State.Empty, null, 0, 0, null), await StatusNow());

        await Answer(Request("a", "hello"));

        await StatusBecomes(status => status is { State: State.Ready, Model: "a", Running: 0, Waiting: 0, LastLoadError: null });
    }

    [Fact]
    public async Task Requests_that_come_together_are_decoded_in_one_batch_and_each_gets_the_answer_it_gets_alone()
    {
        var requests = new[] { "one", "two and a longer prompt than a chunk", "three", "four" }
            .Select((text, index) => LongAnswer("a", text, tokens: 20 + index)).ToList();
        // The engine waits in its first step until all have come.
        var allThere = new TaskCompletionSource();
        Checkpoints.OnLoaded = model => model.OnForward = _ => allThere.Task.Wait(Patience);

        var clients = await Task.WhenAll(requests.Select(Connect));
        await Task.WhenAll(clients.Select(client => client.Next()));
        allThere.SetResult();

        foreach (var (request, events) in requests.Zip(await Task.WhenAll(clients.Select(client => client.ReadToEnd()))))
        {
            AssertAnswered(request, events);
        }
        Assert.Contains(Checkpoints["a"].Steps, step => step.IsDecode && step.RowsPerSequence.Length == requests.Count);
        await NothingIsLeft();
    }

    [Fact]
    public async Task More_requests_than_the_batch_holds_wait_for_room_and_are_all_answered()
    {
        var requests = Enumerable.Range(0, 30).Select(index => Request("a", $"prompt number {index}", maxTokens: 15)).ToList();

        var answers = await Task.WhenAll(requests.Select(Answer));

        foreach (var (request, events) in requests.Zip(answers))
        {
            AssertAnswered(request, events);
        }
        Assert.All(Checkpoints["a"].Steps, step => Assert.InRange(step.RowsPerSequence.Length, 1, 4));
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_long_prompt_does_not_stop_a_running_stream()
    {
        var (atWork, allThere) = (new TaskCompletionSource(), new TaskCompletionSource());
        var steps = new ConcurrentQueue<string>();
        Checkpoints.OnLoaded = model => model.OnForward = batch =>
        {
            atWork.TrySetResult();
            allThere.Task.Wait(Patience);
            steps.Enqueue(batch.Tokens.Length == 1 ? "decode" : "chunk");
        };

        var stream = Answer(LongAnswer("a", "hi", tokens: 40));
        await atWork.Task.WaitAsync(Patience);
        var longPrompt = Request("a", new string('x', 80), maxTokens: 1);
        var client = await Connect(longPrompt);
        Assert.IsType<GenerationEvent.Started>(await client.Next());
        allThere.SetResult();

        AssertAnswered(longPrompt, await client.ReadToEnd());
        await stream;
        Assert.Equal("chunk decode " + string.Concat(Enumerable.Repeat("chunk decode ", 10)), string.Join(' ', steps.Take(22)) + " ");
    }

    [Fact]
    public async Task An_image_is_read_where_it_stands_and_never_cut_by_a_chunk()
    {
        var request = Request("a", WithImage("look", image: 7, tokens: 20, "what is it"), maxTokens: 10);

        AssertAnswered(request, await Answer(request));

        Assert.Equal([4, 20, 8, 2], Checkpoints["a"].Steps.Where(step => !step.IsDecode).Select(step => step.RowsPerSequence[0]));
        Assert.Equal([7000], Checkpoints["a"].EncodedImages);
        await NothingIsLeft();
    }

    [Fact]
    public async Task An_answer_ends_before_its_stop_text_and_shows_no_part_of_it()
    {
        var request = LongAnswer("a", "go on", tokens: 12);
        var (text, _, _) = Expected(request);

        var events = await Answer(request with { Stop = [text[5..8]] });

        Assert.Equal(text[..5], TextOf(events));
        Assert.Equal(FinishReason.Stop, Assert.IsType<GenerationEvent.Finished>(events[^1]).Reason);
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_prompt_longer_than_the_window_is_refused_with_its_lengths()
    {
        var error = AssertFailed<GenerationError.ContextLengthExceeded>(await Answer(Request("a", new string('x', 991), maxTokens: 10)));

        Assert.Equal(new GenerationError.ContextLengthExceeded(1000, 991, 10), error);
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_prompt_that_cannot_be_put_to_the_model_is_refused_with_its_field()
    {
        var error = AssertFailed<GenerationError.InvalidPrompt>(await Answer(Request("a", FakeProcessor.Unwanted)));

        Assert.Equal("messages[0].content", error.Field);
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_prompt_that_breaks_the_processor_fails_alone()
    {
        AssertFailed<GenerationError.EngineFailed>(await Answer(Request("a", FakeProcessor.Broken)));

        var next = Request("a", "next");
        AssertAnswered(next, await Answer(next));
        await NothingIsLeft();
    }

    [Fact]
    public async Task An_unknown_model_is_refused_and_nothing_is_loaded()
    {
        var error = AssertFailed<GenerationError.ModelNotFound>(await Answer(Request("nowhere", "hello")));

        Assert.Equal(new GenerationError.ModelNotFound("nowhere", "no such folder"), error);
        Assert.Empty(Checkpoints.Log);
        await NothingIsLeft();
    }

    [Fact]
    public async Task Answers_under_way_end_in_one_last_event_when_the_server_stops()
    {
        var client = await Connect(LongAnswer("a", "stream"));
        await client.Next();
        await client.Next();

        await Models.GracefulStop(Patience);

        AssertFailed<GenerationError.ShuttingDown>(await client.ReadToEnd());
        Assert.Equal(["load a", "unload a"], Checkpoints.Log);
    }
}
