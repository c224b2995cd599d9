using MlxActors.Actors.Tests.Fakes;
using MlxActors.Generation;
using State = MlxActors.Actors.Protocol.ModelSupervisorProtocol.State;

namespace MlxActors.Actors.Tests;

/// <summary>An engine that breaks and starts anew: who fails, who is tried again, and who goes on.</summary>
public sealed class RestartSpec() : ActorSpec(
    "mlxactors.engine { max-batch = 4, prefill-chunk = 8, restart-after = 1 }",
    "mlxactors.supervisor.max-restarts = 3")
{
    private const string Poison = "ill !!!";

    private readonly SemaphoreSlim _mayStep = new(0);

    [Fact]
    public async Task A_request_that_has_said_nothing_is_begun_anew_and_one_in_the_middle_fails()
    {
        HoldEveryStepAndFailAt(Poison);
        var speaking = await Connect(LongAnswer("a", "speaking"));
        await Hears<GenerationEvent.Text>(speaking);
        var silent = Request("a", new string('x', 800), maxTokens: 20);
        var silentClient = await Connect(silent);
        Assert.IsType<GenerationEvent.Started>(await silentClient.Next());

        var ill = Answer(Request("a", Poison));
        await StepUntil(() => ill.IsCompleted);
        _mayStep.Release(10_000);

        AssertFailed<GenerationError.EngineFailed>(await ill);
        AssertFailed<GenerationError.EngineFailed>(await speaking.ReadToEnd());
        AssertAnswered(silent, await silentClient.ReadToEnd());
        Assert.Equal(["load a", "unload a", "load a"], Checkpoints.Log);
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_request_under_which_the_engine_breaks_twice_is_not_begun_again()
    {
        HoldEveryStepAndFailAt(Poison);
        var silent = await Connect(Request("a", new string('x', 900), maxTokens: 20));
        Assert.IsType<GenerationEvent.Started>(await silent.Next());

        for (var i = 0; i < 2; i++)
        {
            var ill = Answer(Request("a", Poison));
            await StepUntil(() => ill.IsCompleted);
            AssertFailed<GenerationError.EngineFailed>(await ill);
        }
        var rest = silent.ReadToEnd();
        await StepUntil(() => rest.IsCompleted);

        AssertFailed<GenerationError.EngineFailed>(await rest);
        Assert.Equal(2, Checkpoints.Log.Count(line => line == "load a"));
        await NothingIsLeft();
    }

    [Fact]
    public async Task Memory_that_cannot_be_freed_breaks_the_engine_and_the_next_one_works()
    {
        var leaving = await Connect(LongAnswer("a", "leaves"));
        await Hears<GenerationEvent.Text>(leaving);
        var model = Checkpoints["a"];
        model.OnCacheFreed = () =>
        {
            model.OnCacheFreed = () => { };
            throw new InvalidOperationException("cannot let go");
        };

        await leaving.Disconnect();

        var next = Request("a", "next");
        AssertAnswered(next, await Answer(next));
        await NothingIsLeft();
    }

    [Fact]
    public async Task An_engine_that_breaks_too_often_is_dead_and_says_so()
    {
        Checkpoints.OnLoaded = model => model.OnForward = _ => throw new InvalidOperationException("broken");

        for (var i = 0; i < 4; i++)
        {
            AssertFailed<GenerationError.EngineFailed>(await Answer(Request("a", "hello")));
        }

        await StatusBecomes(status => status.State == State.Dead);
        AssertFailed<GenerationError.EngineFailed>(await Answer(Request("a", "hello")));
        Assert.Equal(4, Checkpoints.Log.Count(line => line == "load a"));
    }

    private void HoldEveryStepAndFailAt(string prompt)
    {
        Checkpoints.OnLoaded = model => model.OnForward = batch =>
        {
            _mayStep.Wait(Patience);
            if (batch.Tokens.SequenceEqual(FakeProcessor.Tokens(prompt).AsSpan()))
            {
                throw new InvalidOperationException("poisoned");
            }
        };
    }

    private async Task Hears<T>(Client client)
        where T : GenerationEvent
    {
        var heard = Task.Run(async () =>
        {
            while (await client.Next() is not T)
            {
            }
        });
        await StepUntil(() => heard.IsCompleted);
        await heard;
    }

    /// <summary>Lets the engine go on, step by step.</summary>
    private async Task StepUntil(Func<bool> done)
    {
        while (!done())
        {
            _mayStep.Release();
            await Task.Delay(1);
        }
    }
}
