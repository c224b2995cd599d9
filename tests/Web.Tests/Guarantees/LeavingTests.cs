using MlxActors.Generation;
using MlxActors.Models;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Guarantees;

/// <summary>Clients of the demo model that close their connection: wherever their request stands, nothing of it is left.</summary>
public sealed class LeavingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_LeavesWhileItsModelLoads_CancelsTheLoad(bool stream)
    {
        var loading = new TaskCompletionSource();
        var gate = new GatedServer
        {
            OnLoad = (model, _, cancelled) =>
            {
                if (model == "demo-qwen")
                {
                    loading.TrySetResult();
                    cancelled.WaitHandle.WaitOne(Patience);
                    cancelled.ThrowIfCancellationRequested();
                }
            },
        };
        await using var server = await gate.StartAsync();
        await GatedServer.HealthBecomesAsync(server, "\"status\":\"ok\"", "\"model\":\"demo\"", "\"running\":0", "\"waiting\":0");
        var body = Chat.Request("Hello", stream);
        body["model"] = "demo-qwen";

        await LeaveAsync(server, body, when: loading.Task);

        // The model that was there before serves again.
        await GatedServer.HealthBecomesAsync(server, "\"status\":\"ok\"", "\"model\":\"demo\"", "\"running\":0", "\"waiting\":0");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_LeavesWhileQueuedBehindAnotherModel_IsForgotten(bool stream)
    {
        using var mayStep = new ManualResetEventSlim();
        var gate = new GatedServer { OnForward = _ => mayStep.Wait(Patience) };
        await using var server = await gate.StartAsync();
        var running = Chat.PostAsync(server.Http, Chat.Request("Hello"));
        await GatedServer.HealthBecomesAsync(server, "\"state\":\"ready\"", "\"waiting\":2");
        var body = Chat.Request("Hello", stream);
        body["model"] = "demo-qwen";

        await LeaveAsync(server, body, when: GatedServer.HealthBecomesAsync(server, "\"waiting\":3"));
        mayStep.Set();

        Assert.True((await running).IsSuccessStatusCode);
        await GatedServer.HealthBecomesAsync(server, "\"status\":\"ok\"", "\"model\":\"demo\"", "\"running\":0", "\"waiting\":0");
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 2)]
    [InlineData(true, 12)]
    [InlineData(false, 12)]
    public async Task Client_LeavesBetweenTwoSteps_OfItsPromptOrItsAnswer_IsForgotten(bool stream, int step)
    {
        var (steps, there, mayGoOn) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        var gate = new GatedServer
        {
            OnForward = batch =>
            {
                // The server's own warm-up comes first; the request's prompt is longer than a chunk.
                if (IsWarmUp(batch))
                {
                    return;
                }
                if (++steps == step)
                {
                    there.SetResult();
                    mayGoOn.Task.Wait(Patience);
                }
            },
        };
        await using var server = await gate.StartAsync("mlxactors.engine.prefill-chunk = 16");
        await GatedServer.HealthBecomesAsync(server, "\"status\":\"ok\"", "\"model\":\"demo\"", "\"running\":0", "\"waiting\":0");

        await LeaveAsync(server, Chat.Request(string.Concat(Enumerable.Repeat("Tell me a story. ", 20)), stream), there.Task);
        mayGoOn.SetResult();

        await GatedServer.HealthBecomesAsync(server, "\"status\":\"ok\"", "\"running\":0", "\"waiting\":0");
    }

    [Fact]
    public async Task Client_ThatReadsNothing_IsGivenUpAfterTheStallTimeout()
    {
        var script = new Script();
        await using var server = await TestServer.StartAsync(script, "mlxactors.stream.stall-timeout = 300ms");
        var much = new string('x', 1 << 20);
        for (var i = 0; i < 64; i++)
        {
            script.Events.Writer.TryWrite(new GenerationEvent.Text(much));
        }

        // Reads the headers, and then no more.
        using var response = await Chat.StreamAsync(server.Http, Chat.Request("hi", stream: true));

        await script.Cancelled;
    }

    private static bool IsWarmUp(Batch batch) => batch.Tokens.Length < 16 && batch.Caches[0].Length == 0;

    /// <summary>Sends a request, and closes its connection at a given moment.</summary>
    private static async Task LeaveAsync(TestServer server, System.Text.Json.Nodes.JsonNode body, Task when)
    {
        using var leave = new CancellationTokenSource();
        var answer = Chat.StreamAsync(server.Http, body, leave.Token);
        await when.WaitAsync(Patience);
        await leave.CancelAsync();
        try
        {
            // An answer whose headers have come is left by letting go of it.
            (await answer).Dispose();
        }
        catch (OperationCanceledException)
        {
            // It had not begun.
        }
    }
}
