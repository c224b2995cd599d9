using System.Net;
using MlxActors.Generation;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Guarantees;

/// <summary>What a streaming client hears while it waits.</summary>
public sealed class WaitingTests
{
    private const string Often = "mlxactors.stream.progress-interval = 20ms\n";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Stream_WhileItsModelLoads_GetsTheLoadsProgressAndThenItsAnswer()
    {
        var mayLoad = new TaskCompletionSource();
        var gate = new GatedServer
        {
            OnLoad = (_, progress, _) =>
            {
                progress.Report(0.41);
                mayLoad.Task.Wait(Patience);
            },
        };
        await using var server = await gate.StartAsync(Often);

        using var response = await Chat.StreamAsync(server.Http, Chat.Request("Hello", stream: true));
        await using var lines = new LineReader(response);
        var comments = await lines.UntilAsync(line => line == ": loading 41%");
        mayLoad.SetResult();

        Assert.All(comments, line => Assert.StartsWith(": ", line));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var rest = (await lines.ToEndAsync()).Where(line => !line.StartsWith(':')).ToList();
        Assert.Contains("\"role\":\"assistant\"", rest[0]);
        Assert.Equal("data: [DONE]", rest[^1]);
    }

    [Fact]
    public async Task Stream_BehindAnAnswerOfAnotherModel_GetsItsPlaceInTheQueue()
    {
        using var mayStep = new ManualResetEventSlim();
        var atWork = new TaskCompletionSource();
        var gate = new GatedServer
        {
            OnForward = batch =>
            {
                atWork.TrySetResult();
                mayStep.Wait(Patience);
            },
        };
        await using var server = await gate.StartAsync(Often);
        var running = Chat.PostAsync(server.Http, Chat.Request("Hello"));
        await atWork.Task.WaitAsync(Patience);

        var other = Chat.Request("Hello", stream: true);
        other["model"] = "demo-qwen";
        using var response = await Chat.StreamAsync(server.Http, other);
        await using var lines = new LineReader(response);
        await lines.UntilAsync(line => line == ": queued 1");
        mayStep.Set();

        Assert.Equal("data: [DONE]", (await lines.ToEndAsync())[^1]);
        Assert.Equal(HttpStatusCode.OK, (await running).StatusCode);
    }

    [Fact]
    public async Task Stream_WhileItsPromptIsRead_GetsHowMuchOfItHasBeen()
    {
        // A step holds up the answer to the question how far it is: they are let go one by one, a while after each has begun.
        using var atStep = new SemaphoreSlim(0);
        using var mayStep = new SemaphoreSlim(0);
        var gate = new GatedServer
        {
            OnForward = _ =>
            {
                atStep.Release();
                mayStep.Wait(Patience);
            },
        };
        await using var server = await gate.StartAsync(Often + "mlxactors.engine.prefill-chunk = 8");
        using var heard = new CancellationTokenSource();
        var steps = LetStepsGo();

        using var response = await Chat.StreamAsync(server.Http, Chat.Request(string.Concat(Enumerable.Repeat("one two ", 50)), stream: true));
        await using var lines = new LineReader(response);
        var comments = await lines.UntilAsync(line => line.StartsWith(": prefill ", StringComparison.Ordinal) && !line.Contains(" 0/"));
        await heard.CancelAsync();
        mayStep.Release(10_000);

        Assert.Matches(@"^: prefill \d+/1\d\d$", comments[^1]);
        Assert.Equal("data: [DONE]", (await lines.ToEndAsync())[^1]);
        await steps;

        async Task LetStepsGo()
        {
            while (!heard.IsCancellationRequested)
            {
                await atStep.WaitAsync(Patience);
                await Task.Delay(50);
                mayStep.Release();
            }
        }
    }

    [Fact]
    public async Task Failure_AfterAComment_IsAnErrorEvent()
    {
        await using var server = await TestServer.StartAsync(Script.Of(
            new GenerationEvent.Queued(2), new GenerationEvent.Failed(new GenerationError.LoadFailed("x", "cut"))));

        using var response = await Chat.PostAsync(server.Http, Chat.Request("hi", stream: true));

        var lines = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(": queued 2", lines[0]);
        Assert.Contains("\"code\":\"model_load_failed\"", lines[1]);
        Assert.Equal(2, lines.Length);
    }

    [Fact]
    public async Task Answer_NotStreamed_HasNoComments()
    {
        await using var server = await TestServer.StartAsync(Script.Of(
            new GenerationEvent.Loading(0.5),
            new GenerationEvent.Started(3),
            new GenerationEvent.Prefilling(1, 3),
            new GenerationEvent.Text("Hello"),
            new GenerationEvent.Finished(FinishReason.Stop, new Usage(3, 1))));

        using var response = await Chat.PostAsync(server.Http, Chat.Request("hi"));

        Assert.Equal("Hello", Chat.ContentOf(await Chat.JsonAsync(response)));
    }
}
