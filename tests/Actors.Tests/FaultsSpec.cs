using MlxActors.Actors.Tests.Fakes;
using MlxActors.Generation;

namespace MlxActors.Actors.Tests;

public sealed class FaultsSpec() : ActorSpec("mlxactors.engine.max-batch = 4", "mlxactors.engine.prefill-chunk = 8")
{
    [Fact]
    public async Task A_step_that_throws_fails_the_request_that_was_in_it_and_the_others_go_on()
    {
        Checkpoints.OnLoaded = model => model.OnForward = batch =>
        {
            if (batch.Tokens.IndexOf(FakeProcessor.Tokens("ill !!!").AsSpan()) >= 0)
            {
                throw new InvalidOperationException("poisoned");
            }
        };
        var healthy = Enumerable.Range(0, 3).Select(index => Request("a", $"healthy {index}", maxTokens: 30)).ToList();
        var answers = healthy.Select(Answer).ToList();

        var error = AssertFailed<GenerationError.EngineFailed>(await Answer(Request("a", "ill !!!")));

        Assert.Equal("poisoned", error.Reason);
        foreach (var (request, events) in healthy.Zip(await Task.WhenAll(answers)))
        {
            AssertAnswered(request, events);
        }
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_decode_that_throws_fails_its_answers_in_the_middle_and_the_engine_goes_on()
    {
        var broken = true;
        Checkpoints.OnLoaded = model => model.OnForward = batch =>
        {
            if (broken && batch.Caches[0].Length > 12)
            {
                throw new InvalidOperationException("no more");
            }
        };

        var events = await Answer(LongAnswer("a", "hello"));
        broken = false;

        Assert.Equal("no more", AssertFailed<GenerationError.EngineFailed>(events).Reason);
        Assert.IsType<GenerationEvent.Started>(events[0]);
        var next = Request("a", "hello", maxTokens: 100);
        AssertAnswered(next, await Answer(next));
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_token_that_cannot_be_sampled_fails_its_request_alone_in_the_middle_of_a_batch()
    {
        var prompts = new[] { "one", "two22", "three33" };
        // No numbers where the second prompt's fourth token would come from; the others have other lengths.
        Checkpoints.OnLoaded = model => model.SpoilsLogits = length => length == 8;
        var requests = prompts.Select(text => Request("a", text, maxTokens: 8 - text.Length)).ToList();
        requests[1] = LongAnswer("a", "two22", tokens: 30);

        var answers = await Task.WhenAll(requests.Select(Answer));

        AssertFailed<GenerationError.EngineFailed>(answers[1]);
        AssertAnswered(requests[0], answers[0]);
        AssertAnswered(requests[2], answers[2]);
        await NothingIsLeft();
    }

    [Fact]
    public async Task An_image_that_cannot_be_encoded_fails_its_request_alone()
    {
        Checkpoints.OnLoaded = model => model.OnEncode = () => throw new InvalidOperationException("blind");

        AssertFailed<GenerationError.EngineFailed>(await Answer(Request("a", WithImage("see", 1, 3, "this"))));

        var next = Request("a", "text only");
        AssertAnswered(next, await Answer(next));
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_model_that_cannot_begin_a_sequence_fails_the_request_and_keeps_serving()
    {
        var refuse = false;
        Checkpoints.OnLoaded = model => model.OnNewCache = () =>
        {
            if (refuse)
            {
                throw new OutOfMemoryException("no room for a cache");
            }
        };

        await Answer(Request("a", "before"));
        refuse = true;
        AssertFailed<GenerationError.EngineFailed>(await Answer(Request("a", "hello")));
        refuse = false;

        var next = Request("a", "hello");
        AssertAnswered(next, await Answer(next));
    }

    [Fact]
    public async Task An_answer_that_cannot_be_decoded_fails_alone_and_frees_its_sequence()
    {
        var (broken, decoded) = (true, 0);
        Checkpoints.Processor.OnDecode = () =>
        {
            if (broken && ++decoded == 3)
            {
                throw new InvalidOperationException("not a character");
            }
        };

        var events = await Answer(LongAnswer("a", "hello"));
        broken = false;

        Assert.Equal("not a character", AssertFailed<GenerationError.EngineFailed>(events).Reason);
        var next = Request("a", "hello");
        AssertAnswered(next, await Answer(next));
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_catalogue_that_throws_fails_the_request_alone()
    {
        AssertFailed<GenerationError.EngineFailed>(await Answer(Request("", "hello")));

        var next = Request("a", "hello");
        AssertAnswered(next, await Answer(next));
    }

    [Fact]
    public async Task An_engine_that_breaks_starts_anew_and_loads_the_model_for_the_next_request()
    {
        var thrown = false;
        Checkpoints.OnUnload = directory =>
        {
            if (directory == "a" && !thrown)
            {
                thrown = true;
                throw new InvalidOperationException("cannot let go");
            }
        };
        await Answer(Request("a", "hello"));

        // The swap makes the engine break while it unloads.
        var other = Request("b", "hello");
        var failed = await Answer(other);
        AssertFailed<GenerationError.LoadFailed>(failed);

        var next = Request("b", "hello");
        AssertAnswered(next, await Answer(next));
        await NothingIsLeft();
    }
}
