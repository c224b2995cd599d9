namespace MlxActors.Actors.Tests;

public sealed class AnsweringSpec : ActorSpec
{
    [Fact]
    public async Task A_request_loads_its_model_and_gets_its_answer()
    {
        var request = Request("a", "hello");

        AssertAnswered(request, await Answer(request));

        Assert.Equal(["load a"], Checkpoints.Log);
        await NothingIsLeft();
    }
}
