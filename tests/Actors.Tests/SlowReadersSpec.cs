namespace MlxActors.Actors.Tests;

public sealed class SlowReadersSpec() : ActorSpec("mlxactors.engine.max-batch = 2", "mlxactors.stream.buffer = 4")
{
    /// <summary>What a stream holds between the generation and a reader who pulls nothing, by the library's own buffers.</summary>
    private const int StreamBuffers = 40;

    [Fact]
    public async Task A_slow_reader_pauses_its_own_sequence_and_no_other()
    {
        var request = LongAnswer("a", "talk");
        var slow = await Connect(request);
        await slow.Next();

        for (var i = 0; i < 10; i++)
        {
            var quick = Request("a", $"quick {i}", maxTokens: 100);
            AssertAnswered(quick, await Answer(quick));
        }
        var alone = Checkpoints["a"].Steps.Count(step => step.IsDecode && step.RowsPerSequence.Length == 2);

        Assert.InRange(alone, 0, StreamBuffers + (2 * 4));
        AssertAnswered(request, await slow.ReadToEnd());
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_reader_who_goes_away_while_its_sequence_is_paused_frees_it()
    {
        var slow = await Connect(LongAnswer("a", "talk"));
        await slow.Next();
        await StatusBecomes(status => status.Running == 1);

        await slow.Disconnect();

        await NothingIsLeft();
    }
}
