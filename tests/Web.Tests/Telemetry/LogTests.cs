using System.Net.Http.Json;
using System.Text.Json;
using MlxActors.Generation;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Telemetry;

/// <summary>Request ids, and what the log says of a request.</summary>
public sealed class LogTests
{
    private const string Secret = "the password is swordfish";

    [Theory]
    [InlineData("client-1.2:3_A", true)]
    [InlineData("two words", false)]
    [InlineData("{\"a\":1}", false)]
    public async Task RequestId_OfTheClient_IsTakenOverWhenItIsWellFormed(string id, bool isTaken)
    {
        await using var server = await TestServer.StartAsync(new Script());

        var answered = await IdOfAsync(server, "/v1/models", id);

        Assert.Equal(isTaken, answered == id);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/nothing")]
    [InlineData("/v1/models/unknown")]
    public async Task RequestId_IsInEveryAnswer_AndFresh(string path)
    {
        await using var server = await TestServer.StartAsync(new Script());

        Assert.NotEqual(await IdOfAsync(server, path, null), await IdOfAsync(server, path, new string('x', 129)));
    }

    [Fact]
    public async Task Log_SaysOnceHowARequestEnded_AndNothingOfItsPrompt()
    {
        await using var server = await TestServer.StartAsync(
            Script.Of(new GenerationEvent.Started(7), new GenerationEvent.Text("hi"), new GenerationEvent.Finished(FinishReason.Stop, new Usage(7, 2))),
            "mlxactors.log.level = trace");
        var log = LogCapture.Of(server);

        using var response = await SendAsync(server, "mine");

        var (_, message, id) = await log.FindAsync("/v1/chat/completions 200 stop in ");
        Assert.Contains("; demo, 7 + 2 tokens, ", message, StringComparison.Ordinal);
        Assert.Equal("mine", id);
        await server.StopAsync();
        Assert.Single(log.Lines, line => line.Message.Contains(" tokens, ", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Message.Contains("swordfish", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Log_HasThePrompt_WhenItIsAskedFor()
    {
        await using var server = await TestServer.StartAsync(
            Script.Of(new GenerationEvent.Finished(FinishReason.Stop, new Usage(7, 2))), "mlxactors.log.prompts = on");
        var log = LogCapture.Of(server);

        using var response = await SendAsync(server, "mine");

        Assert.Equal(("Prompt: user: " + Secret, "mine"), await log.FindAsync("Prompt: ") is var (_, message, id) ? (message, id) : default);
    }

    [Fact]
    public async Task Log_OfAnActor_NamesTheRequest()
    {
        var gate = new GatedServer();
        await using var server = await gate.StartAsync();
        await GatedServer.HealthBecomesAsync(server, "\"ok\"", "\"model\":\"demo\"", "\"running\":0");
        gate.OnForward = _ => throw new InvalidOperationException("broken on purpose");
        var log = LogCapture.Of(server);

        using var response = await SendAsync(server, "mine");

        var (category, _, id) = await log.FindAsync("failed in the engine");
        Assert.Equal(("MlxActors.Actors", "mine"), (category, id));
    }

    [Fact]
    public async Task JsonLog_IsAnObjectALine()
    {
        await using var server = await ServerProcess.StartAsync("mlxactors.log { format = json, level = debug }");
        using var request = new HttpRequestMessage(HttpMethod.Post, Chat.Path) { Content = JsonContent.Create(Chat.Request(Secret)) };
        request.Headers.Add("x-request-id", "mine");

        using var response = await server.Http.SendAsync(request);

        Assert.Equal("mine", response.Headers.GetValues("x-request-id").Single());
        var usage = (await Chat.JsonAsync(response)).GetProperty("usage");
        var line = await LineAsync(server, "\"request_id\":\"mine\"", "\"prompt_tokens\":");
        var fields = line.GetProperty("fields");
        Assert.Equal("info", line.GetProperty("level").GetString()![..4]);
        Assert.Equal("/v1/chat/completions", fields.GetProperty("endpoint").GetString());
        Assert.Equal((200, "demo"), (fields.GetProperty("status").GetInt32(), fields.GetProperty("model").GetString()));
        Assert.Equal(usage.GetProperty("prompt_tokens").GetInt32(), fields.GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(usage.GetProperty("completion_tokens").GetInt32(), fields.GetProperty("completion_tokens").GetInt32());
        Assert.True(fields.GetProperty("prefill_ms").GetDouble() > 0);
        Assert.All(LogLinesOf(server), text => JsonElement.Parse(text));
        Assert.DoesNotContain("swordfish", server.Output, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> LineAsync(ServerProcess server, params string[] parts)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (LogLinesOf(server).FirstOrDefault(line => parts.All(line.Contains)) is { } found)
            {
                return JsonElement.Parse(found);
            }
            await Task.Delay(5, patience.Token);
        }
    }

    /// <summary>The start-up text stands between them.</summary>
    private static IEnumerable<string> LogLinesOf(ServerProcess server) =>
        server.Output.Split(Environment.NewLine)[..^1].Where(line => line.StartsWith('{'));

    private static async Task<HttpResponseMessage> SendAsync(TestServer server, string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Chat.Path) { Content = JsonContent.Create(Chat.Request(Secret)) };
        request.Headers.Add("x-request-id", id);
        return await server.Http.SendAsync(request);
    }

    private static async Task<string> IdOfAsync(TestServer server, string path, string? id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("x-request-id", id);
        using var response = await server.Http.SendAsync(request);
        return response.Headers.GetValues("x-request-id").Single();
    }
}
