using System.Collections.Immutable;
using MlxActors.Generation;
using MlxActors.Generation.Context;
using MlxActors.Models.Chat;

namespace MlxActors.Actors.Tests;

/// <summary>Conversations that outgrow the window, of 1,000 tokens here, a letter each.</summary>
public sealed class ContextSpec() : ActorSpec("mlxactors.engine.max-batch = 1", "mlxactors.engine.prefill-chunk = 64")
{
    private const int Window = 1000;

    [Fact]
    public async Task A_conversation_that_outgrows_the_window_is_summarised_and_answered()
    {
        var request = Overflowing();
        var (shortened, summary) = Shortened(request);

        var events = await Answer(request);

        AssertAnswered(shortened, summary, events);
        await NothingIsLeft();
    }

    [Fact]
    public async Task Summaries_of_several_requests_take_turns_in_one_place_and_a_short_request_gets_in_between()
    {
        ImmutableArray<GenerationRequest> requests = [Overflowing(1), Overflowing(2), Overflowing(3)];
        var shortOne = Request("a", "hello");

        var answers = await Task.WhenAll(requests.Add(shortOne).Select(Answer));

        foreach (var (request, events) in requests.Zip(answers))
        {
            var (shortened, summary) = Shortened(request);
            AssertAnswered(shortened, summary, events);
        }
        AssertAnswered(shortOne, answers[^1]);
        await NothingIsLeft();
    }

    [Fact]
    public async Task The_next_turn_goes_on_from_the_summary_without_making_another()
    {
        var first = Overflowing();
        var (shortened, summary) = Shortened(first);
        await Answer(first);

        var messages = MessagesOf(first).AddRange(ChatMessage.Of(Role.Assistant, "yes"), ChatMessage.Of(Role.User, "and then"));
        var next = Request("a", new Conversation(messages, [], []), maxTokens: 100);
        var events = await Answer(next);

        var known = MessagesOf(shortened).AddRange(messages[^2..]);
        AssertAnswered(Request("a", new Conversation(known, [], []), maxTokens: 100), summary with { Tokens = 0 }, events);
    }

    [Fact]
    public async Task A_request_that_refuses_summaries_gets_an_error_with_both_numbers()
    {
        var request = Overflowing() with { OnOverflow = OverflowPolicy.Error };

        var error = AssertFailed<GenerationError.ContextLengthExceeded>(await Answer(request));

        Assert.Equal(new GenerationError.ContextLengthExceeded(Window, LengthOf(request), 100), error);
        Assert.Empty(Checkpoints["a"].Steps);
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_conversation_whose_last_messages_do_not_fit_gets_an_error_with_the_numbers_it_came_with()
    {
        var messages = Enumerable.Range(0, 11).Select(i => ChatMessage.Of(i % 2 == 0 ? Role.User : Role.Assistant, new string('a', 200)));
        var request = Request("a", new Conversation([.. messages], [], []), maxTokens: 100);

        var error = AssertFailed<GenerationError.ContextLengthExceeded>(await Answer(request));

        Assert.Equal(new GenerationError.ContextLengthExceeded(Window, 2200, 100), error);
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_client_that_leaves_while_its_conversation_is_summarised_leaves_nothing_behind()
    {
        var (atStep, mayStep) = (new TaskCompletionSource(), new TaskCompletionSource());
        Checkpoints.OnLoaded = model => model.OnForward = _ =>
        {
            if (model.Steps.Any(step => step.IsDecode))
            {
                atStep.TrySetResult();
                mayStep.Task.Wait(Patience);
            }
        };
        var client = await Connect(Overflowing());
        await atStep.Task.WaitAsync(Patience);

        await client.Disconnect();
        mayStep.SetResult();

        await NothingIsLeft();
        Assert.DoesNotContain(client.Events, happened => happened is GenerationEvent.Text);
        var next = Request("a", "hello");
        AssertAnswered(next, await Answer(next));
    }

    [Fact]
    public async Task A_step_that_fails_while_a_conversation_is_summarised_fails_that_request_alone()
    {
        var fails = true;
        Checkpoints.OnLoaded = model => model.OnForward = _ =>
        {
            if (fails && model.Steps.Any(step => step.IsDecode))
            {
                fails = false;
                throw new InvalidOperationException("broken step");
            }
        };

        Assert.Equal("broken step", AssertFailed<GenerationError.EngineFailed>(await Answer(Overflowing())).Reason);

        var next = Request("a", "hello");
        AssertAnswered(next, await Answer(next));
        await NothingIsLeft();
    }

    [Fact]
    public async Task An_engine_that_breaks_while_a_conversation_is_summarised_starts_anew_and_the_request_is_answered()
    {
        var request = Overflowing();
        var (shortened, summary) = Shortened(request);
        var breaks = true;
        Checkpoints.OnLoaded = model => model.OnCacheFreed = () =>
        {
            if (breaks && !model.Steps.IsEmpty)
            {
                breaks = false;
                throw new InvalidOperationException("broken engine");
            }
        };

        // The first sequence to end is that of the first piece.
        AssertAnswered(shortened, summary, await Answer(request));

        Assert.Equal(["load a", "load a"], Checkpoints.Log.Where(line => line == "load a"));
        await NothingIsLeft();
    }

    private static void AssertAnswered(GenerationRequest shortened, SummaryUsage summary, IReadOnlyList<GenerationEvent> events)
    {
        var (text, usage, reason) = Expected(shortened);
        Assert.Equal(new GenerationEvent.Started(usage.PromptTokens) { Summary = summary }, events[0]);
        Assert.Equal(text, TextOf(events));
        Assert.Equal(
            new GenerationEvent.Finished(reason, usage with { Summary = summary }),
            Assert.IsType<GenerationEvent.Finished>(events[^1]) with { Timings = null });
    }

    /// <summary>A conversation that does not fit, and whose summary the model ends by itself, piece by piece.</summary>
    private static GenerationRequest Overflowing(int seed = 0) => Enumerable.Range(0, int.MaxValue)
        .Select(index => Request("a", new Conversation(
            [.. Enumerable.Range(0, 21).Select(i => ChatMessage.Of(i % 2 == 0 ? Role.User : Role.Assistant, Letters(seed, index, i)))], [], []), 100))
        .First(request => Pieces(request).All(summary => summary.Text.Length is > 0 and < 100));

    private static string Letters(int seed, int index, int message) =>
        string.Concat(Enumerable.Range(0, 60).Select(i => (char)('a' + ((i * (message + 3) + index * 7 + seed) % 26))));

    /// <summary>The request that the model sees in the end, by the definitions of the model and of the summaries' format.</summary>
    private static (GenerationRequest Request, SummaryUsage Summary) Shortened(GenerationRequest request)
    {
        var (cut, pieces) = (ConversationCut.Of(MessagesOf(request))!, Pieces(request).ToList());
        var conversation = new Conversation(cut.With(pieces[^1].Text), [], []);
        return (request with { Prompt = conversation }, new SummaryUsage(cut.Older.Length, pieces.Sum(piece => piece.Tokens)));
    }

    private static IEnumerable<(string Text, int Tokens)> Pieces(GenerationRequest request)
    {
        const int Longest = 200;
        var lines = ConversationCut.Of(MessagesOf(request))!.Older.Select(Transcript.Line).ToList();
        string? summary = null;
        while (lines.Count > 0)
        {
            var room = Longest - (summary?.Length ?? 0);
            var count = 1;
            while (count < lines.Count && lines.Take(count + 1).Sum(line => line.Length) <= room)
            {
                count++;
            }
            var (text, usage, _) = Expected(Request(request.Model, Transcript.Request(summary, lines.Take(count)), maxTokens: 256));
            summary = text.Trim();
            lines.RemoveRange(0, count);
            yield return (summary, usage.CompletionTokens);
        }
    }

    private static ImmutableArray<ChatMessage> MessagesOf(GenerationRequest request) => ((Conversation)request.Prompt).Messages;

    private static int LengthOf(GenerationRequest request) => MessagesOf(request)
        .SelectMany(message => message.Parts).Sum(part => ((ContentPart.Text)part).Value.Length);
}
