using System.Collections.Immutable;
using Akka;
using Akka.Actor;
using Akka.Configuration;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.TestKit.Xunit2;
using MlxActors.Actors.Hosting;
using MlxActors.Actors.Tests.Fakes;
using MlxActors.Generation;
using MlxActors.Models;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;
using static MlxActors.Actors.Protocol.ModelSupervisorProtocol;
using Status = MlxActors.Actors.Protocol.ModelSupervisorProtocol.Status;

namespace MlxActors.Actors.Tests;

/// <summary>
/// A supervisor over fake checkpoints, and the words that the scenarios are told in. The settings are those that ship,
/// but for the lines given; no encoded image is kept for later, so that one that is left over shows.
/// </summary>
public abstract class ActorSpec : TestKit
{
    private readonly Lazy<IActorRef> _supervisor;

    protected ActorSpec(params string[] settings)
        : base(Hocon(settings))
    {
        _supervisor = new Lazy<IActorRef>(() => Sys.ActorOf(ModelSupervisor.Props(Options, Settings), ModelSupervisor.Name));
    }

    private protected FakeCheckpoints Checkpoints { get; init; } = new();

    protected virtual MlxActorsOptions Options => Checkpoints.Options;

    protected IActorRef Models => _supervisor.Value;

    protected MlxActorsSettings Settings => MlxActorsSettings.From(Sys.Settings.Config, memory: 1L << 32)
        .Match(settings => settings, error => throw new InvalidOperationException(error));

    /// <summary>Upper bound of every wait; a scenario that meets it has failed.</summary>
    protected static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    protected static GenerationRequest Request(string model, string text, int? maxTokens = null, params ImmutableArray<string> stop) =>
        Request(model, new Conversation([ChatMessage.Of(Role.User, text)], [], []), maxTokens, stop);

    protected static GenerationRequest Request(
        string model, Conversation conversation, int? maxTokens = null, params ImmutableArray<string> stop) =>
        new(RequestId.New(), model, conversation, SamplingOptions.Unset, maxTokens, stop);

    /// <summary>A prompt that the model has more to say about than is asked for: found by asking its definition.</summary>
    private protected static GenerationRequest LongAnswer(string model, string text, int tokens = 150) => Enumerable.Range(0, int.MaxValue)
        .Select(index => Request(model, $"{text} {index}", tokens))
        .First(request => Expected(request).Reason is FinishReason.Length);

    /// <summary>A user's message with an image between two texts.</summary>
    protected static Conversation WithImage(string before, byte image, int tokens, string after)
    {
        var file = Enumerable.Repeat(image, tokens).ToArray();
        var parts = ImmutableArray.Create<ContentPart>(new ContentPart.Text(before), new ContentPart.Image(0), new ContentPart.Text(after));
        return new Conversation([new ChatMessage(Role.User, parts, [])], [], [new MediaSource(file, "messages[0].content[1].image_url")]);
    }

    /// <summary>The answer that the model's definition gives: text, and whether the model ended it itself.</summary>
    private protected static (string Text, Usage Usage, FinishReason Reason) Expected(GenerationRequest request)
    {
        var prompt = ((Result<PreparedPrompt, PromptError>.Ok)FakeProcessor.PromptOf((Conversation)request.Prompt)).Value;
        var tokens = FakeModel.Answer(request.Model[^1..], FakeProcessor.Values(prompt), request.MaxTokens ?? 1000 - prompt.Tokens.Length);
        return (
            FakeProcessor.Text(tokens),
            new Usage(prompt.Tokens.Length, tokens.Length),
            tokens[^1] == FakeModel.EndOfTurn ? FinishReason.Stop : FinishReason.Length);
    }

    protected static void AssertAnswered(GenerationRequest request, IReadOnlyList<GenerationEvent> events)
    {
        var (text, usage, reason) = Expected(request);
        AssertWellFormed(events);
        Assert.Equal(new GenerationEvent.Started(usage.PromptTokens), events[0]);
        Assert.Equal(text, TextOf(events));
        Assert.Equal(new GenerationEvent.Finished(reason, usage), Assert.IsType<GenerationEvent.Finished>(events[^1]) with { Timings = null });
    }

    protected static T AssertFailed<T>(IReadOnlyList<GenerationEvent> events)
        where T : GenerationError
    {
        AssertWellFormed(events);
        return Assert.IsType<T>(Assert.IsType<GenerationEvent.Failed>(events[^1]).Error);
    }

    protected static string TextOf(IEnumerable<GenerationEvent> events) =>
        string.Concat(events.OfType<GenerationEvent.Text>().Select(text => text.Delta));

    protected async Task<Source<GenerationEvent, NotUsed>> Ask(GenerationRequest request) =>
        (await Models.Ask<GenerationAccepted>(new Generate(request), Patience)).Events;

    /// <summary>Sends a request and reads its stream to the end.</summary>
    protected async Task<IReadOnlyList<GenerationEvent>> Answer(GenerationRequest request) => await Read(await Ask(request));

    protected async Task<IReadOnlyList<GenerationEvent>> Read(Source<GenerationEvent, NotUsed> source) =>
        await source.RunWith(Sink.Seq<GenerationEvent>(), Sys.Materializer()).WaitAsync(Patience);

    /// <summary>A client that reads by hand, and can go away.</summary>
    protected async Task<Client> Connect(GenerationRequest request)
    {
        var client = new Client(await Ask(request), Sys.Materializer());
        client.Begin();
        return client;
    }

    protected Task<Status> StatusNow() => Models.Ask<Status>(GetStatus.Instance, Patience);

    protected Task StatusBecomes(Predicate<Status> expected) =>
        AwaitConditionAsync(async () => expected(await StatusNow()), Patience, TimeSpan.FromMilliseconds(5));

    /// <summary>Nothing is left of any request: no sequence, no cache, no image.</summary>
    protected async Task NothingIsLeft()
    {
        await StatusBecomes(status => status is { Running: 0, Waiting: 0 });
        await AwaitConditionAsync(
            () => Task.FromResult(Checkpoints.LiveCaches == 0 && Checkpoints.LiveFeatures == 0), Patience, TimeSpan.FromMilliseconds(5));
    }

    /// <summary>One <see cref="GenerationEvent.Started"/> before any text, and exactly one last event.</summary>
    private static void AssertWellFormed(IReadOnlyList<GenerationEvent> events)
    {
        Assert.NotEmpty(events);
        Assert.Single(events, IsLast);
        Assert.True(IsLast(events[^1]));
        Assert.All(events.Skip(1), happened => Assert.IsNotType<GenerationEvent.Started>(happened));
        Assert.All(events.OfType<GenerationEvent.Text>(), text => Assert.NotEmpty(text.Delta));
    }

    private static bool IsLast(GenerationEvent happened) => happened is GenerationEvent.Finished or GenerationEvent.Failed;

    private static Config Hocon(string[] settings) =>
        ConfigurationFactory.ParseString(string.Join('\n', settings))
            .WithFallback(ConfigurationFactory.ParseString("akka.loglevel = WARNING, mlxactors.media.feature-cache = 0"))
            // Scenarios in which these matter turn the clock themselves; a busy machine must not matter to the others.
            .WithFallback(ConfigurationFactory.ParseString("mlxactors.stream { progress-interval = 1h, unclaimed-timeout = 1h }"))
            // Scenarios count steps, and the fakes' caches do not fork.
            .WithFallback(ConfigurationFactory.ParseString("mlxactors.engine.speculation.enabled = off"))
            .WithFallback(Shipped("application.conf"))
            .WithFallback(Shipped("dispatchers.conf"));

    private static Config Shipped(string file) =>
        ConfigurationFactory.ParseString(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "hocon", file)));
}
