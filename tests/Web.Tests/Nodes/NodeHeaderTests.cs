using System.Net;
using System.Net.Http.Json;
using MlxActors.Http.Nodes;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Nodes;

/// <summary>What a gateway, which asks for it with a header, is told with each answer.</summary>
public sealed class NodeHeaderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Answer_ToARequestWithoutTheHeader_HasNone()
    {
        await using var server = await TestServer.StartAsync(TestServer.Plan());

        using var response = await Chat.PostAsync(server.Http, Chat.Request("Hello"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.Contains(NodeReport.Header));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answer_ToAGateway_TellsHowTheNodeStandsAsItBegins(bool stream)
    {
        await using var server = await TestServer.StartAsync(TestServer.Plan("mlxactors.engine.max-batch = 5"));
        using var request = AskingFor(Chat.Path);
        request.Content = JsonContent.Create(Chat.Request("Hello", stream));

        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        var report = ReportOf(response);
        Assert.Equal(("ok", "ready", "demo", 5), (report.Status, report.State, report.Model, report.Batch));
        Assert.True(report.KvFreeBytes > 0, $"{report}");
    }

    [Fact]
    public async Task Answer_WhileOthersRunAndWait_CountsThem()
    {
        var (gate, atWork, mayGoOn) = GatedServer.HeldInAnAnswer();
        await using var server = await gate.StartAsync("mlxactors.engine.max-batch = 1\n");
        var running = Chat.PostAsync(server.Http, Chat.Request("Tell me a story."));
        await atWork.Task.WaitAsync(Patience);
        var waiting = Chat.PostAsync(server.Http, Chat.Request("And another one."));

        // The server's own first request may wait too.
        var report = await ReportBecomesAsync(server, one => one is { Running: 1, Waiting: > 0 });
        mayGoOn.SetResult();

        Assert.Equal(("ready", 1), (report.State, report.Batch));
        (await running).Dispose();
        (await waiting).Dispose();
    }

    [Theory]
    [InlineData("/v1/nothing", 404)]
    [InlineData("/v1/completions", 405)]
    public async Task Error_ToAGateway_HasItToo(string path, int status)
    {
        await using var server = await TestServer.StartAsync(TestServer.Plan());
        await GatedServer.HealthBecomesAsync(server, "\"status\":\"ok\"");

        using var response = await server.Http.SendAsync(AskingFor(path));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("demo", ReportOf(response).Model);
    }

    [Fact]
    public async Task Refusal_ByANodeThatIsToldToStop_SaysThatItDrains()
    {
        var (gate, atWork, mayGoOn) = GatedServer.HeldInAnAnswer();
        await using var server = await gate.StartAsync();
        var running = Chat.PostAsync(server.Http, Chat.Request("Tell me a story."));
        await atWork.Task.WaitAsync(Patience);
        var stopping = server.StopAsync();
        await GatedServer.HealthBecomesAsync(server, "\"status\":\"draining\"");
        using var request = AskingFor(Chat.Path);
        request.Content = JsonContent.Create(Chat.Request("Hello"));

        using var response = await server.Http.SendAsync(request);
        mayGoOn.SetResult();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal((NodeReport.Draining, "stopping"), (ReportOf(response).Status, ReportOf(response).State));
        (await running).Dispose();
        await stopping;
    }

    private static async Task<NodeReport> ReportBecomesAsync(TestServer server, Predicate<NodeReport> wanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            using var response = await server.Http.SendAsync(AskingFor("/v1/models"), patience.Token);
            if (ReportOf(response) is var report && wanted(report))
            {
                return report;
            }
            await Task.Delay(5, patience.Token);
        }
    }

    private static HttpRequestMessage AskingFor(string path)
    {
        var request = new HttpRequestMessage(path == Chat.Path ? HttpMethod.Post : HttpMethod.Get, path);
        request.Headers.Add(NodeReport.Header, "report");
        return request;
    }

    private static NodeReport ReportOf(HttpResponseMessage response) =>
        NodeReport.Parse(Assert.Single(response.Headers.GetValues(NodeReport.Header)))
        ?? throw new FormatException($"{response.Headers}");
}
