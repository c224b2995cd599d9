using System.Net;
using System.Text.Json;
using MlxActors.Http.Nodes;
using MlxActors.Web.Tests.Serving;
using static MlxActors.Actors.Protocol.ModelSupervisorProtocol;

namespace MlxActors.Web.Tests.OpenAi;

public sealed class HealthAndModelsTests
{
    [Fact]
    public async Task Health_OfAServerThatServes_IsOkWithItsNumbers()
    {
        await using var server = await TestServer.StartAsync(
            new Script { Status = new(State.Ready, "demo", 2, 1, null) { KvFreeBytes = 4096 } }, "mlxactors.engine.max-batch = 5");

        using var response = await server.Http.GetAsync("/health");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            """{"status":"ok","state":"ready","model":"demo","running":2,"waiting":1,"batch":5,"kv_free_bytes":4096,"last_load_error":null}""",
            await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(State.Loading, "loading")]
    [InlineData(State.Draining, "swapping")]
    [InlineData(State.Restarting, "restarting")]
    [InlineData(State.Stopping, "draining")]
    [InlineData(State.Dead, "dead")]
    public async Task Health_OfAServerThatDoesNotServeNow_Is503WithItsState(State state, string word)
    {
        await using var server = await TestServer.StartAsync(new Script { Status = new(state, null, 0, 1, null) });

        using var response = await server.Http.GetAsync("/health");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(word, (await Chat.JsonAsync(response)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Health_WhenTheEngineHangs_Is503WithWhatTheSupervisorKnows()
    {
        await using var server = await TestServer.StartAsync(
            new Script { Status = new(State.Ready, "demo", 1, 0, null), EngineHangs = true }, "mlxactors.http.health-deadline = 50ms");

        using var response = await server.Http.GetAsync("/health");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(
            new NodeReport("unresponsive", "ready", "demo", 1, 0, 8, null, null), NodeReport.Parse(await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Health_AfterAFailedLoad_Is503()
    {
        await using var server = await TestServer.StartAsync(new Script { Status = new(State.Empty, null, 0, 0, "no weights") });

        using var response = await server.Http.GetAsync("/health");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("failed", (await Chat.JsonAsync(response)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Health_WhenTheSupervisorIsSilent_Is503()
    {
        await using var server = await TestServer.StartAsync(new Script { Status = null }, "mlxactors.http.health-deadline = 50ms");

        using var response = await server.Http.GetAsync("/health");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(
            new NodeReport("unresponsive", null, null, 0, 0, 8, null, null), NodeReport.Parse(await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Models_ListsTheShippedModelWithItsWindow()
    {
        await using var server = await TestServer.StartAsync(new Script());

        var list = JsonElement.Parse(await server.Http.GetStringAsync("/v1/models"));

        var demo = list.GetProperty("data").EnumerateArray().Single(model => model.GetProperty("id").GetString() == "demo");
        Assert.Equal(2048, demo.GetProperty("context_window").GetInt32());
        Assert.Equal("gemma3", demo.GetProperty("family").GetString());
        Assert.Equal("""["text","vision"]""", demo.GetProperty("capabilities").GetRawText());
    }

    [Fact]
    public async Task Models_MarksTheOneThatTheServerWasStartedWith()
    {
        await using var server = await TestServer.StartAsync(new Script());

        var list = JsonElement.Parse(await server.Http.GetStringAsync("/v1/models"));

        var marked = list.GetProperty("data").EnumerateArray().Where(model => model.GetProperty("default").GetBoolean());
        Assert.Equal("demo", Assert.Single(marked).GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("/v1/models/demo", HttpStatusCode.OK)]
    [InlineData("/v1/models/nobody/nothing", HttpStatusCode.NotFound)]
    [InlineData("/v1/models/..%2F..%2Fetc%2Fpasswd", HttpStatusCode.NotFound)]
    [InlineData("/v1/model", HttpStatusCode.NotFound)]
    public async Task Get_AnswersOrErrsInOpenAisShape(string path, HttpStatusCode status)
    {
        await using var server = await TestServer.StartAsync(new Script());

        using var response = await server.Http.GetAsync(path);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(status == HttpStatusCode.OK ? "id" : "error", (await Chat.JsonAsync(response)).EnumerateObject().First().Name);
    }

    [Fact]
    public async Task Body_AboveTheLimit_Is413()
    {
        await using var server = await TestServer.StartAsync(new Script(), "mlxactors.http.max-request-size = 1000");

        using var response = await Chat.PostAsync(server.Http, Chat.Request(new string('a', 2048)));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("request_too_large", (await Chat.JsonAsync(response)).GetProperty("error").GetProperty("code").GetString());
    }
}
