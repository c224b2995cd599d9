using System.Net;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Guarantees;

/// <summary>More than there is room for.</summary>
public sealed class OverloadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Request_BeyondTheQueue_Is429WithRetryAfter_AndTheOthersAreAnswered()
    {
        using var mayStep = new ManualResetEventSlim();
        var gate = new GatedServer { OnForward = _ => mayStep.Wait(Patience) };
        await using var server = await gate.StartAsync("mlxactors { engine.max-batch = 1, supervisor.max-queue = 2 }");
        // The server's warm-up holds the batch; two more wait for room.
        await GatedServer.HealthBecomesAsync(server, "\"state\":\"ready\"", "\"waiting\":1");
        var waiting = new[] { "Hello", "Who are you?" }.Select(text => Chat.PostAsync(server.Http, Chat.Request(text))).ToList();
        await GatedServer.HealthBecomesAsync(server, "\"waiting\":3");

        using var refused = await Chat.PostAsync(server.Http, Chat.Request("And I?"));
        mayStep.Set();

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Equal("rate_limit_exceeded", (await Chat.JsonAsync(refused)).GetProperty("error").GetProperty("code").GetString());
        Assert.All(await Task.WhenAll(waiting), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
    }

    [Fact]
    public async Task Request_LargerThanTheWholeMemory_Is400_AndASmallerOneIsAnswered()
    {
        await using var server = await new GatedServer().StartAsync("mlxactors.engine.kv-cache-bytes = 512KiB");
        var small = Chat.Request("Hello");
        small["max_tokens"] = 8;

        using var refused = await Chat.PostAsync(server.Http, Chat.Request("Hello"));
        using var answered = await Chat.PostAsync(server.Http, small);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var error = (await Chat.JsonAsync(refused)).GetProperty("error");
        Assert.Equal("max_tokens", error.GetProperty("param").GetString());
        Assert.Contains("KV cache", error.GetProperty("message").GetString());
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }
}
