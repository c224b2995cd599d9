using MlxActors.Actors.Hosting;
using MlxActors.Generation;
using State = MlxActors.Actors.Protocol.ModelSupervisorProtocol.State;

namespace MlxActors.Actors.Tests;

/// <summary>Admission by memory: a token of the fake model takes 8 bytes, so that all sequences together have room for 200 tokens.</summary>
public sealed class MemorySpec() : ActorSpec("mlxactors.engine { max-batch = 4, prefill-chunk = 8, kv-cache-bytes = 1600 }", "mlxactors.stream.buffer = 4")
{
    private readonly StatusBoard _board = new();

    protected override MlxActorsOptions Options => base.Options with { Board = _board };

    [Fact]
    public async Task Status_tells_what_running_answers_leave_and_stands_on_the_board()
    {
        using var mayGoOn = new ManualResetEventSlim();
        Checkpoints.OnLoaded = model => model.OnForward = _ => mayGoOn.Wait(Patience);
        Assert.Null((await StatusNow()).KvFreeBytes);

        var first = Answer(LongAnswer("a", "hello", tokens: 100));
        await StatusBecomes(status => status is { State: State.Ready, Running: 0, Waiting: 1, KvFreeBytes: 1600 });
        mayGoOn.Set();
        await first;

        await StatusBecomes(status => status is { State: State.Ready, Running: 0, Waiting: 0, KvFreeBytes: 1600 });
        Assert.Equal(await StatusNow(), _board.Latest);
    }

    [Fact]
    public async Task Requests_wait_until_what_they_may_need_is_free()
    {
        var requests = Enumerable.Range(0, 6).Select(index => LongAnswer("a", $"number {index}", tokens: 100)).ToList();

        var answers = await Task.WhenAll(requests.Select(Answer));

        foreach (var (request, events) in requests.Zip(answers))
        {
            AssertAnswered(request, events);
        }
        Assert.All(Checkpoints["a"].Steps, step => Assert.Single(step.RowsPerSequence));
        await NothingIsLeft();
    }

    [Fact]
    public async Task Small_requests_share_the_memory()
    {
        using var allThere = new ManualResetEventSlim();
        Checkpoints.OnLoaded = model => model.OnForward = _ => allThere.Wait(Patience);
        var requests = Enumerable.Range(0, 3).Select(index => LongAnswer("a", $"number {index}", tokens: 40)).ToList();
        var clients = await Task.WhenAll(requests.Select(Connect));
        await Task.WhenAll(clients.Select(client => client.Next()));

        allThere.Set();

        await Task.WhenAll(clients.Select(client => client.ReadToEnd()));
        Assert.Contains(Checkpoints["a"].Steps, step => step.RowsPerSequence.Length == 3);
    }

    [Fact]
    public async Task A_request_that_leaves_makes_room_for_the_next()
    {
        var first = await Connect(LongAnswer("a", "first", tokens: 150));
        await first.Next();
        await StatusBecomes(status => status.Running == 1);
        var second = Request("a", "second", maxTokens: 100);
        var answer = Answer(second);
        await StatusBecomes(status => status is { Running: 1, Waiting: 1 });

        await first.Disconnect();

        AssertAnswered(second, await answer);
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_request_larger_than_all_memory_is_refused_with_its_size()
    {
        var error = AssertFailed<GenerationError.TooLargeForMemory>(await Answer(Request("a", "hello", maxTokens: 300)));

        Assert.Equal(new GenerationError.TooLargeForMemory(8 * 305, 1600), error);
        var next = Request("a", "small", maxTokens: 20);
        AssertAnswered(next, await Answer(next));
        await NothingIsLeft();
    }
}
