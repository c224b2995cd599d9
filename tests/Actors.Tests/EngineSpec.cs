using Akka.Actor;
using MlxActors.Generation;
using MlxActors.Generation.Batching;
using MlxActors.Models;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;
using static MlxActors.Actors.Protocol.EngineProtocol;

namespace MlxActors.Actors.Tests;

/// <summary>The engine alone, where it matters between which steps something happens.</summary>
public sealed class EngineSpec() : ActorSpec("mlxactors.engine { max-batch = 2, prefill-chunk = 4 }")
{
    private static readonly ModelLocation Model = new("a", "a");

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public async Task A_cancelled_sequence_is_freed_before_the_next_step(int step)
    {
        // The prompt of 20 letters takes 5 steps.
        var (steps, there, mayGoOn) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        Checkpoints.OnLoaded = model => model.OnForward = _ =>
        {
            if (++steps == step)
            {
                there.SetResult();
                mayGoOn.Task.Wait(Patience);
            }
        };
        var (engine, reader) = (NewEngine(), CreateTestProbe());
        var request = Sequence(new string('x', 20));
        engine.Tell(new Load(Model, 1, CancellationToken.None));
        engine.Tell(new Admit(Model, request, reader.Ref));
        await there.Task.WaitAsync(Patience);

        engine.Tell(new Cancel(request.Id));
        await engine.Ask(Guard.PassedOn, Patience);
        mayGoOn.SetResult();

        await reader.FishForMessageAsync(message => message is Released, Patience);
        Assert.Equal(step, Checkpoints["a"].Steps.Count);
        Assert.Equal(0, Checkpoints.LiveCaches);
    }

    [Fact]
    public async Task A_ping_comes_back_only_when_the_step_before_it_is_over()
    {
        var (there, mayGoOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        Checkpoints.OnLoaded = model => model.OnForward = _ =>
        {
            there.TrySetResult();
            mayGoOn.Task.Wait(Patience);
        };
        var (engine, asker) = (NewEngine(), CreateTestProbe());
        engine.Tell(new Load(Model, 1, CancellationToken.None));
        engine.Tell(new Admit(Model, Sequence("hello"), CreateTestProbe().Ref));
        await there.Task.WaitAsync(Patience);

        engine.Tell(new Ping("here"), asker.Ref);
        await asker.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
        mayGoOn.SetResult();

        await asker.ExpectMsgAsync("here", Patience);
    }

    [Fact]
    public async Task A_load_that_is_cancelled_before_it_begins_does_not_begin()
    {
        var (engine, supervisor) = (NewEngine(), TestActor);

        engine.Tell(new Load(Model, 1, new CancellationToken(canceled: true)), supervisor);

        await ExpectMsgAsync(new LoadCancelled(Model, 1), Patience);
        Assert.Empty(Checkpoints.Log);
    }

    /// <summary>An engine whose supervisor is the test.</summary>
    private IActorRef NewEngine()
    {
        var (props, ear) = (EngineActor.Props(Checkpoints.Options.Load, Settings, Checkpoints.Metrics), TestActor);
        return Sys.ActorOf(Props.Create(() => new Guard(props, ear)));
    }

    private SequenceRequest Sequence(string text) => SequenceRequest.Of(
        Request("a", text, maxTokens: 100), new(
            "fake", 1000, Fakes.FakeModel.Vocabulary, [], Capabilities.Text, SamplingDefaults.Silent, ImagesAttendBothWays: false),
        CallSyntax.ToolCode,
        ((Result<PreparedPrompt, PromptError>.Ok)Fakes.FakeProcessor.PromptOf((Conversation)Request("a", text).Prompt)).Value,
        freshSeed: 1, new ReplyRoom(1, 100), credit: 1000).Match(request => request, error => throw new InvalidOperationException(error.Message));

    /// <summary>Passes on what the engine tells its parent, and to the engine what it is told itself.</summary>
    private sealed class Guard : UntypedActor
    {
        /// <summary>Comes back when all that was told before has been passed on.</summary>
        public const string PassedOn = "passed on";

        private readonly IActorRef _engine;
        private readonly IActorRef _ear;

        public Guard(Props engine, IActorRef ear) => (_engine, _ear) = (Context.ActorOf(engine), ear);

        protected override void OnReceive(object message) =>
            (message is PassedOn ? Sender : Sender.Equals(_engine) ? _ear : _engine).Forward(message);
    }
}
