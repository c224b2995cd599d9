using System.Net;
using System.Text.Json.Nodes;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Guarantees;

/// <summary>The end of the server: in a process of its own, told by signals as systems do; and, where a step must be held up, in this one.</summary>
public sealed class StoppingTests
{
    private const int KilledByTerm = 128 + 15;

    /// <summary>Answers that are made one after the other take much longer than a signal does.</summary>
    private const int Many = 40;
    private const string OneByOne = "mlxactors.engine.max-batch = 1\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static JsonObject Story => Chat.Request("Tell me a story.", stream: true);

    [SkippableTheory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Signal_LetsTheRunningAnswerFinish_AndExitsWithZero(string signal)
    {
        Skip.If(OperatingSystem.IsWindows(), "signals");
        Skip.If(signal == "INT" && ServerProcess.IgnoresInterrupts, "a shell in the background starts its programs deaf to SIGINT");
        await using var server = await ServerProcess.StartAsync("");
        await using var lines = new LineReader(await Chat.StreamAsync(server.Http, Story));
        await lines.UntilAsync(line => line.Contains("\"content\""));

        await server.SignalAsync(signal);

        Assert.Equal("data: [DONE]", (await lines.ToEndAsync())[^1]);
        Assert.Equal(0, await server.ExitCodeAsync());
    }

    [SkippableFact]
    public async Task Signal_WithADeadlineThatIsOver_EndsEveryAnswerInGoodOrder_AndExitsWithZero()
    {
        Skip.If(OperatingSystem.IsWindows(), "signals");
        await using var server = await ServerProcess.StartAsync(OneByOne + "mlxactors.shutdown.deadline = 1ms");
        var answers = Enumerable.Range(0, Many).Select(_ => Chat.PostAsync(server.Http, Story)).ToList();
        await Task.WhenAny(answers);

        await server.SignalAsync("TERM");

        var ends = await Task.WhenAll(answers.Select(async answer => await (await answer).Content.ReadAsStringAsync()));
        Assert.Contains(ends, end => end.Contains("\"code\":\"shutting_down\""));
        Assert.All(ends, end => Assert.True(end.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal) || end.Contains("\"shutting_down\""), end));
        Assert.Equal(0, await server.ExitCodeAsync());
    }

    [SkippableFact]
    public async Task Signal_WithNothingToDo_ExitsWithZero()
    {
        Skip.If(OperatingSystem.IsWindows(), "signals");
        await using var server = await ServerProcess.StartAsync("");

        await server.SignalAsync("TERM");

        Assert.Equal(0, await server.ExitCodeAsync());
        Assert.DoesNotContain("fail:", server.Output);
    }

    [SkippableFact]
    public async Task SecondSignal_ExitsAtOnce()
    {
        Skip.If(OperatingSystem.IsWindows(), "signals");
        await using var server = await ServerProcess.StartAsync(OneByOne + "mlxactors.shutdown.deadline = 10m");
        using var leave = new CancellationTokenSource();
        var answers = Enumerable.Range(0, Many).Select(_ => Chat.StreamAsync(server.Http, Story, leave.Token)).ToList();
        await using var lines = new LineReader(await await Task.WhenAny(answers));
        await lines.UntilAsync(line => line.Contains("\"content\""));

        await server.SignalAsync("TERM");

        // Of two that nobody has taken yet, the system delivers one.
        await GatedServer.HealthBecomesAsync(server.Http, "\"status\":\"draining\"");
        await server.SignalAsync("TERM");

        var code = await server.ExitCodeAsync();
        Assert.True(code == KilledByTerm, $"exit code {code}; {server.Output}");
        await leave.CancelAsync();
        await Task.WhenAny(Task.WhenAll(answers));
    }

    [Fact]
    public async Task Requests_WhileTheServerStops_Are503_AndTheRunningAnswerIsWhole()
    {
        var (gate, atWork, mayGoOn) = GatedServer.HeldInAnAnswer();
        await using var server = await gate.StartAsync();
        var running = Chat.PostAsync(server.Http, Story);
        await atWork.Task.WaitAsync(Patience);

        var stopping = server.StopAsync();
        await GatedServer.HealthBecomesAsync(server, "\"status\":\"draining\"");
        using var refused = await Chat.PostAsync(server.Http, Chat.Request("Hello"));
        mayGoOn.SetResult();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Equal("shutting_down", (await Chat.JsonAsync(refused)).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("[DONE]", (await Chat.EventsAsync(await running))[^1]);
        await stopping;
    }
}
