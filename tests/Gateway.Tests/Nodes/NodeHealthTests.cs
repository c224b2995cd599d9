using MlxActors.Gateway.Nodes;
using MlxActors.Gateway.Tests.Policy;

namespace MlxActors.Gateway.Tests.Nodes;

/// <summary>When a node goes out, and when it comes in. Two failures send it out, two answers bring it back.</summary>
public sealed class NodeHealthTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Fact]
    public void NewNode_IsInAtItsFirstAnswer() => Assert.True(Answered(NodeHealth.New).IsIn);

    [Fact]
    public void NewNodeThatDoesNotAnswer_HasToAnswerTwice()
    {
        var late = Answered(Missed(NodeHealth.New));

        Assert.False(late.IsIn);
        Assert.True(Answered(late).IsIn);
    }

    [Fact]
    public void OneMiss_IsForgotten_TwoInARow_AreNot()
    {
        var once = Missed(In);

        Assert.True(once.IsIn);
        Assert.Equal(In, Answered(once));
        Assert.False(Missed(once).IsIn);
        Assert.Equal("late", Missed(once).Why);
    }

    [Fact]
    public void OneFailedRequest_SendsItOut_UntilItAnswersAgain()
    {
        var broken = In.Broke("reset");

        Assert.False(broken.IsIn);
        Assert.False(Answered(Missed(Answered(broken))).IsIn);
        Assert.True(Answered(Answered(broken)).IsIn);
    }

    [Fact]
    public void SlowNode_StaysOut_HoweverItAnswers_UntilItsTimeIsOver()
    {
        var slow = In.Ejected("slow", Now + TimeSpan.FromSeconds(30));

        var early = Answered(Answered(Answered(slow)));
        Assert.False(early.IsIn);
        var later = Now + TimeSpan.FromSeconds(31);
        Assert.True(early.Answered(Some.Health, later).Answered(Some.Health, later).IsIn);
    }

    private static NodeHealth In => Answered(NodeHealth.New);

    private static NodeHealth Answered(NodeHealth health) => health.Answered(Some.Health, Now);

    private static NodeHealth Missed(NodeHealth health) => health.Missed(Some.Health, "late");
}
