using Akka.TestKit;
using MlxActors.Generation;

namespace MlxActors.Actors.Tests;

/// <summary>What a request is told while it waits, on a clock that the scenario turns.</summary>
public sealed class ProgressSpec() : ActorSpec(
    """akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """,
    "mlxactors.stream { buffer = 4, progress-interval = 5s }",
    "mlxactors.engine { prefill-chunk = 4, max-batch = 1 }")
{
    private TestScheduler Clock => (TestScheduler)Sys.Scheduler;

    [Fact]
    public async Task While_its_model_loads_it_hears_how_much_of_it_has_been_read()
    {
        var (reading, mayLoad) = (new TaskCompletionSource(), new TaskCompletionSource());
        Checkpoints.WhileLoading = (progress, cancelled) =>
        {
            progress.Report(0.41);
            reading.SetResult();
            mayLoad.Task.Wait(Patience, cancelled);
        };
        var client = await Connect(Request("a", "hello"));
        await reading.Task.WaitAsync(Patience);

        var next = client.Next();
        while (!next.IsCompleted)
        {
            // The load may have begun before the request's own clock.
            Clock.Advance(TimeSpan.FromSeconds(5));
            await Task.WhenAny(next, Task.Delay(5));
        }

        Assert.Equal(new GenerationEvent.Loading(0.41), await next);
        mayLoad.SetResult();
        Assert.IsType<GenerationEvent.Finished>((await client.ReadToEnd())[^1]);
    }

    [Fact]
    public async Task In_the_queue_each_hears_its_place()
    {
        var running = await Connect(LongAnswer("a", "under way"));
        await running.Next();
        var second = await Connect(Request("b", "second"));
        await StatusBecomes(status => status.Waiting == 1);
        var third = await Connect(Request("c", "third"));
        await StatusBecomes(status => status.Waiting == 2);

        Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(new GenerationEvent.Queued(1), await second.Next());
        Assert.Equal(new GenerationEvent.Queued(2), await third.Next());
        await running.ReadToEnd();
        Assert.IsType<GenerationEvent.Finished>((await second.ReadToEnd())[^1]);
        Assert.IsType<GenerationEvent.Finished>((await third.ReadToEnd())[^1]);
    }

    [Fact]
    public async Task In_the_line_for_room_in_the_batch_it_hears_its_place()
    {
        var running = await Connect(LongAnswer("a", "under way"));
        await running.Next();
        await StatusBecomes(status => status.Running == 1);
        var waiting = await Connect(Request("a", "waits"));
        Assert.IsType<GenerationEvent.Started>(await waiting.Next());

        Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(new GenerationEvent.Queued(1), await waiting.Next());
        await running.ReadToEnd();
        Assert.IsType<GenerationEvent.Finished>((await waiting.ReadToEnd())[^1]);
    }

    [Fact]
    public async Task While_its_prompt_is_read_it_hears_how_much_of_it_has_been()
    {
        using var mayStep = new SemaphoreSlim(0);
        Checkpoints.OnLoaded = model => model.OnForward = _ => mayStep.Wait(Patience);
        var client = await Connect(Request("a", new string('x', 900), maxTokens: 1));
        Assert.IsType<GenerationEvent.Started>(await client.Next());

        var prefilling = Task.Run(async () =>
        {
            while (true)
            {
                if (await client.Next() is GenerationEvent.Prefilling { Done: > 0 } heard)
                {
                    return heard;
                }
            }
        });
        while (!prefilling.IsCompleted)
        {
            // Step by step, until a question has come in between.
            Clock.Advance(TimeSpan.FromSeconds(5));
            mayStep.Release();
            await Task.WhenAny(prefilling, Task.Delay(5));
        }

        Assert.Equal((0, 900), ((await prefilling).Done % 4, (await prefilling).Total));
        mayStep.Release(1000);
        Assert.IsType<GenerationEvent.Finished>((await client.ReadToEnd())[^1]);
    }

    [Fact]
    public async Task Before_the_first_interval_and_after_the_first_text_it_hears_nothing()
    {
        var client = await Connect(LongAnswer("a", "hello"));
        Clock.Advance(TimeSpan.FromSeconds(4));
        while (await client.Next() is not GenerationEvent.Text)
        {
        }

        Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.DoesNotContain(await client.ReadToEnd(), happened => happened is GenerationEvent.Progress);
    }
}
