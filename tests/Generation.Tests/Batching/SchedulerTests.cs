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

    [Theory]
    [InlineData(0, 3, 2, 2)]
    [InlineData(1, 3, 2, 1)]
    [InlineData(2, 3, 2, 0)]
    [InlineData(0, 1, 8, 1)]
    public void Admissible_RoomAndThoseThatWait_IsTheSmaller(int running, int waiting, int maxBatch, int expected) =>
        Assert.Equal(expected, Scheduler.Admissible(running, waiting, maxBatch));

    private static Arbitrary<StepKind> Kinds => Gen.Elements(Enum.GetValues<StepKind>()).ToArbitrary();

    private static Arbitrary<SequenceView[]> Views =>
        Gen.Elements(Enum.GetValues<SequencePhase>())
            .SelectMany(phase => Gen.Choose(0, 9), (phase, turn) => new SequenceView(phase, turn))
            .ListOf().Select(views => views.ToArray()).ToArbitrary();
}
