using Akka.TestKit;
using MlxActors.Generation;

namespace MlxActors.Actors.Tests;

/// <summary>Readers who take nothing for too long, on a clock that the scenario turns.</summary>
public sealed class StallSpec() : ActorSpec(
    """akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """,
    "mlxactors.stream { buffer = 4, stall-timeout = 60s }")
{
    /// <summary>The stream fetches events ahead of the reader, 16 at a time: after so many reads it has certainly taken some.</summary>
    private const int MoreThanTheStreamHolds = 20;

    private TestScheduler Clock => (TestScheduler)Sys.Scheduler;

    [Fact]
    public async Task A_reader_who_takes_nothing_is_given_up_and_its_memory_is_free()
    {
        var client = await Connect(LongAnswer("a", "talk", tokens: 400));
        await client.Next();
        await StatusBecomes(status => status.Running == 1);

        await StatusBecomes(status =>
        {
            Clock.Advance(TimeSpan.FromSeconds(15));
            return status.Running == 0;
        });

        await AwaitConditionAsync(() => Task.FromResult(Checkpoints.LiveCaches == 0), Patience, TimeSpan.FromMilliseconds(5));
        var error = AssertFailed<GenerationError.ReaderStalled>(await client.ReadToEnd());
        Assert.Equal(TimeSpan.FromSeconds(60), error.After);
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_reader_who_takes_a_little_now_and_then_is_served_to_the_end()
    {
        var request = LongAnswer("a", "talk", tokens: 400);
        var client = await Connect(request);
        await client.Next();

        for (var look = 0; look < 10; look++)
        {
            for (var i = 0; i < MoreThanTheStreamHolds; i++)
            {
                await client.Next();
            }
            Clock.Advance(TimeSpan.FromSeconds(15));
        }

        AssertAnswered(request, await client.ReadToEnd());
    }
}
