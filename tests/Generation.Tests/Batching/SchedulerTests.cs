using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Generation.Batching;

namespace MlxActors.Generation.Tests.Batching;

public sealed class SchedulerTests
{
    [Fact]
    public void Next_Nothing_Rests() => Assert.Equal(new StepPlan(StepKind.Rest, -1), Scheduler.Next([], StepKind.Decode));

    [Fact]
    public void Next_OnlyPaused_Rests() =>
        Assert.Equal(new StepPlan(StepKind.Rest, -1), Scheduler.Next([new(SequencePhase.Paused, 0)], StepKind.Decode));

    [Fact]
    public void Next_PromptAfterADecode_HasItsTurn() => Assert.Equal(
        new StepPlan(StepKind.Prefill, 1),
        Scheduler.Next([new(SequencePhase.Decode, 0), new(SequencePhase.Prefill, 0)], StepKind.Decode));

    [Fact]
    public void Next_AnswersAfterAPrompt_HaveTheirTurn() => Assert.Equal(
        new StepPlan(StepKind.Decode, -1),
        Scheduler.Next([new(SequencePhase.Decode, 0), new(SequencePhase.Prefill, 0)], StepKind.Prefill));

    [Fact]
    public void Next_TwoPrompts_TheOneThatWaitedLongerIsNext() => Assert.Equal(
        new StepPlan(StepKind.Encode, 1),
        Scheduler.Next([new(SequencePhase.Prefill, 8), new(SequencePhase.Encode, 7)], StepKind.Prefill));

    [Property]
    public Property Next_AnySequences_RestsOnlyWhenAllRest() => Prop.ForAll(Views, Kinds, (views, last) =>
        (Scheduler.Next(views, last).Kind is StepKind.Rest) == views.All(view => view.Phase is SequencePhase.Paused));

    [Property]
    public Property Next_AnySequences_PlansWhatTheSequenceNeeds() => Prop.ForAll(Views, Kinds, (views, last) =>
        Scheduler.Next(views, last) switch
        {
            { Kind: StepKind.Encode, Sequence: var index } => views[index].Phase is SequencePhase.Encode,
            { Kind: StepKind.Prefill, Sequence: var index } => views[index].Phase is SequencePhase.Prefill,
            { Kind: StepKind.Decode } => views.Any(view => view.Phase is SequencePhase.Decode),
            _ => true,
        });

    [Property]
    public Property Next_AnswersAndPrompts_AlternateForEver() => Prop.ForAll(Views, Kinds, (views, last) =>
    {
        var mixed = views.Append(new SequenceView(SequencePhase.Decode, 0)).Append(new SequenceView(SequencePhase.Prefill, 0)).ToArray();
        var first = Scheduler.Next(mixed, last).Kind;
        var second = Scheduler.Next(mixed, first).Kind;
        return (first is StepKind.Decode) != (second is StepKind.Decode);
    });

    /// <summary>Played on, step by step: a stream that can go on never waits for more than one chunk of another's prompt.</summary>
    [Property]
    public Property Next_AnyCourse_NeverStopsAStreamForTwoSteps() => Prop.ForAll(Views, Kinds, (views, last) =>
    {
        var (turn, prompts) = (10L, 0);
        var playing = views.Append(new SequenceView(SequencePhase.Decode, 0)).ToArray();
        for (var step = 0; step < 50; step++)
        {
            var plan = Scheduler.Next(playing, last);
            prompts = plan.Kind is StepKind.Decode ? 0 : prompts + 1;
            if (prompts > 1)
            {
                return false;
            }
            if (plan.Sequence >= 0)
            {
                playing[plan.Sequence] = playing[plan.Sequence] with { LastTurn = turn++ };
            }
            last = plan.Kind;
        }
        return true;
    });

    [Theory]
    [InlineData(0, 3, 2, 2)]
    [InlineData(1, 3, 2, 1)]
    [InlineData(2, 3, 2, 0)]
    [InlineData(0, 1, 8, 1)]
    public void Admissible_MemoryForAll_IsTheRoomOrThoseThatWait(int running, int waiting, int maxBatch, int expected) =>
        Assert.Equal(expected, Scheduler.Admissible(running, new long[waiting], maxBatch, reserved: 0, maxBytes: null));

    [Theory]
    [InlineData(0, 3)]
    [InlineData(20, 3)]
    [InlineData(21, 2)]
    [InlineData(60, 2)]
    [InlineData(61, 1)]
    [InlineData(91, 0)]
    public void Admissible_LittleMemory_IsThoseInFrontThatFit(long reserved, int expected) =>
        Assert.Equal(expected, Scheduler.Admissible(0, [10, 30, 40], maxBatch: 8, reserved, maxBytes: 100));

    [Fact]
    public void Admissible_TheFirstDoesNotFit_LetsNobodyPass() =>
        Assert.Equal(0, Scheduler.Admissible(1, [80, 1, 1], maxBatch: 8, reserved: 30, maxBytes: 100));

    /// <summary>Whoever fits into the whole memory gets in, in the order of arrival, and the memory is never overdrawn.</summary>
    [Property]
    public Property Admissible_AnyCourse_ServesAllInOrderWithinTheMemory() => Prop.ForAll(Needs, needs =>
    {
        const long All = 100;
        var (waiting, running, served) = (new Queue<long>(needs), new Queue<long>(), new List<long>());
        for (var round = 0; round <= 2 * needs.Length; round++)
        {
            for (var count = Scheduler.Admissible(running.Count, waiting.ToArray(), 3, running.Sum(), All); count > 0; count--)
            {
                served.Add(waiting.Peek());
                running.Enqueue(waiting.Dequeue());
            }
            if (running.Sum() > All || running.Count > 3)
            {
                return false;
            }
            running.TryDequeue(out _);
        }
        return served.SequenceEqual(needs);
    });

    private static Arbitrary<long[]> Needs => Gen.Choose(1, 100).Select(need => (long)need).ListOf().Select(needs => needs.ToArray()).ToArbitrary();

    private static Arbitrary<StepKind> Kinds => Gen.Elements(Enum.GetValues<StepKind>()).ToArbitrary();

    private static Arbitrary<SequenceView[]> Views =>
        Gen.Elements(Enum.GetValues<SequencePhase>())
            .SelectMany(phase => Gen.Choose(0, 9), (phase, turn) => new SequenceView(phase, turn))
            .ListOf().Select(views => views.ToArray()).ToArbitrary();
}
