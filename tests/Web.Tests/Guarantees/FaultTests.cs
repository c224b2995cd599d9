using System.Net;
using System.Text.Json.Nodes;
using MlxActors.Golden;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Guarantees;

/// <summary>An engine that throws, as clients of the demo model see it: their own request fails, whatever else runs goes on.</summary>
public sealed class FaultTests
{
    private const string Fault = "injected";

    private static readonly string Image = Path.Combine(Goldens.Root, "demo", "images", "demo-017-0.png");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Prefill_ThatThrows_Is500InOpenAisShape_AndTheNextIsAnswered(bool stream)
    {
        var gate = new GatedServer();
        await using var server = await gate.StartAsync();
        await ReadyAsync(server);
        gate.OnForward = _ => throw new InvalidOperationException(Fault);

        using var failed = await Chat.PostAsync(server.Http, Chat.Request("Hello", stream));

        await AssertServerErrorAsync(failed);
        gate.OnForward = _ => { };
        await AssertServesAsync(server);
    }

    [Fact]
    public async Task Decode_ThatThrows_EndsTheStreamWithAnErrorEvent_AndTheNextIsAnswered()
    {
        var (gate, broken) = (new GatedServer(), false);
        await using var server = await gate.StartAsync();
        await ReadyAsync(server);
        gate.OnForward = batch =>
        {
            if (broken = batch.Tokens.Length == 1 && batch.Caches[0].Length > 20)
            {
                throw new InvalidOperationException(Fault);
            }
        };

        using var response = await Chat.PostAsync(server.Http, Chat.Request("Tell me a story.", stream: true));

        var events = await Chat.EventsAsync(response);
        Assert.True(broken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("\"delta\"", events[^2]);
        Assert.Contains("\"code\":\"engine_failed\"", events[^1]);
        gate.OnForward = _ => { };
        await AssertServesAsync(server);
    }

    [SkippableFact]
    public async Task Image_ThatCannotBeEncoded_Is500_AndTheNextIsAnswered()
    {
        Skip.IfNot(File.Exists(Image), "no demo images");
        var gate = new GatedServer { OnEncode = () => throw new InvalidOperationException(Fault) };
        await using var server = await gate.StartAsync();
        await ReadyAsync(server);
        var body = Chat.Request("");
        body["messages"]![0]!["content"] = new JsonArray(new JsonObject
        {
            ["type"] = "image_url",
            ["image_url"] = new JsonObject { ["url"] = "data:image/png;base64," + Convert.ToBase64String(await File.ReadAllBytesAsync(Image)) },
        });

        using var failed = await Chat.PostAsync(server.Http, body);

        await AssertServerErrorAsync(failed);
        await AssertServesAsync(server);
    }

    [Fact]
    public async Task Engine_ThatKeepsFailing_StartsAnewAndServes()
    {
        var (gate, loads) = (new GatedServer(), 0);
        gate.OnLoad = (_, _, _) => loads++;
        await using var server = await gate.StartAsync("mlxactors.engine.restart-after = 2");
        await ReadyAsync(server);
        gate.OnForward = _ => throw new InvalidOperationException(Fault);
        for (var i = 0; i < 2; i++)
        {
            using var failed = await Chat.PostAsync(server.Http, Chat.Request("Hello"));
            await AssertServerErrorAsync(failed);
        }

        gate.OnForward = _ => { };
        await AssertServesAsync(server);

        Assert.Equal(2, loads);
    }

    [Fact]
    public async Task Engine_ThatKeepsBreaking_IsDead_AndHealthSaysSo()
    {
        var gate = new GatedServer();
        await using var server = await gate.StartAsync("mlxactors { engine.restart-after = 1, supervisor.max-restarts = 1 }");
        await ReadyAsync(server);
        gate.OnForward = _ => throw new InvalidOperationException(Fault);
        for (var i = 0; i < 2; i++)
        {
            using var failed = await Chat.PostAsync(server.Http, Chat.Request("Hello"));
            await AssertServerErrorAsync(failed);
        }

        await GatedServer.HealthBecomesAsync(server, "\"status\":\"dead\"");
        using var refused = await Chat.PostAsync(server.Http, Chat.Request("Hello"));
        Assert.Equal(HttpStatusCode.InternalServerError, refused.StatusCode);
    }

    private static Task ReadyAsync(TestServer server) =>
        GatedServer.HealthBecomesAsync(server, "\"status\":\"ok\"", "\"model\":\"demo\"", "\"running\":0", "\"waiting\":0");

    private static async Task AssertServerErrorAsync(HttpResponseMessage response)
    {
        var error = (await Chat.JsonAsync(response)).GetProperty("error");
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(("server_error", "engine_failed"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        Assert.Contains(Fault, error.GetProperty("message").GetString());
    }

    private static async Task AssertServesAsync(TestServer server)
    {
        using var next = await Chat.PostAsync(server.Http, Chat.Request("Hello"));
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        await GatedServer.HealthBecomesAsync(server, "\"status\":\"ok\"", "\"running\":0", "\"waiting\":0");
    }
}
