using System.Net;
using System.Net.Http.Headers;
using MlxActors.Gateway.Tests.Serving;
using MlxActors.Http.Nodes;

namespace MlxActors.Gateway.Tests.Forwarding;

/// <summary>A request's way to a node, and the answer's way back, when nothing goes wrong.</summary>
public sealed class ForwardingTests
{
    [Fact]
    public async Task WholeAnswer_ComesAsTheNodeGaveIt()
    {
        await using var node = await FakeNode.StartAsync();
        node.Answer = context =>
        {
            context.Response.Headers["x-context-summarized"] = "2";
            return Answers.JsonAsync(context, """{"id":"chatcmpl-1","object":"chat.completion"}""");
        };
        await using var gateway = await TestGateway.StartAsync(node);

        using var response = await gateway.ChatAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("2", response.Headers.GetValues("x-context-summarized").Single());
        Assert.False(response.Headers.Contains(NodeReport.Header));
        Assert.Equal("""{"id":"chatcmpl-1","object":"chat.completion"}""", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/chat/completions")]
    [InlineData("/v1/completions")]
    [InlineData("/v1/responses")]
    [InlineData("/tokenize")]
    public async Task Body_ReachesTheNodeByteByByte(string path)
    {
        await using var node = await FakeNode.StartAsync();
        await using var gateway = await TestGateway.StartAsync(node);
        const string Body = """ { "model" : "demo", "prompt": "ä\u00e4😀", "input": "x", "messages": [] } """;

        using var response = await gateway.PostAsync(path, Body);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var seen = Assert.Single(node.Seen);
        Assert.Equal(("POST", path, Body), (seen.Method, seen.Path, seen.Body));
        Assert.Equal("application/json; charset=utf-8", seen.Headers["Content-Type"]);
    }

    [Theory]
    [InlineData(400, "unsupported_parameter")]
    [InlineData(404, "model_not_found")]
    [InlineData(429, "rate_limit_exceeded")]
    [InlineData(500, "engine_failed")]
    [InlineData(503, "model_load_failed")]
    public async Task ErrorOfTheNode_IsTheClients(int status, string code)
    {
        await using var node = await FakeNode.StartAsync();
        node.Answer = context => Answers.ErrorAsync(context, status, code);
        await using var gateway = await TestGateway.StartAsync(node);

        using var response = await gateway.ChatAsync();

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(code, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Single(node.Seen);
    }

    [Theory]
    [InlineData("not json at all")]
    [InlineData("""{"model":5,"messages":"x"}""")]
    [InlineData("""["a"]""")]
    public async Task BodyThatIsNoRequest_IsForTheNodeToRefuse(string body)
    {
        await using var node = await FakeNode.StartAsync();
        node.Answer = context => Answers.ErrorAsync(context, 400, "invalid_value");
        await using var gateway = await TestGateway.StartAsync(node);

        using var response = await gateway.PostAsync("/v1/chat/completions", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(body, Assert.Single(node.Seen).Body);
    }

    [Fact]
    public async Task BodyThatIsTooLarge_Gets413AndReachesNoNode()
    {
        await using var node = await FakeNode.StartAsync();
        await using var gateway = await TestGateway.StartAsync(node);

        using var response = await gateway.ChatAsync(new string('x', 1 << 20));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("request_too_large", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(node.Seen);
    }

    [Fact]
    public async Task EachEvent_GoesOutWhenTheNodeSendsIt()
    {
        await using var node = await FakeNode.StartAsync();
        var goOn = new SemaphoreSlim(0);
        node.Answer = async context =>
        {
            await Answers.EventsAsync(context, "1");
            await goOn.WaitAsync();
            await Answers.EventsAsync(context, "2", "[DONE]");
        };
        await using var gateway = await TestGateway.StartAsync(node);

        using var response = await gateway.ChatAsync(stream: true);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());

        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("data: 1", await lines.ReadLineAsync().WaitAsync(TestGateway.Patience));
        goOn.Release();
        Assert.Equal("\ndata: 2\n\ndata: [DONE]\n\n", await lines.ReadToEndAsync().WaitAsync(TestGateway.Patience));
    }

    [Fact]
    public async Task Node_GetsIdTraceAndItsOwnKey_ButNotTheClients()
    {
        await using var node = await FakeNode.StartAsync();
        node.Key = "for-nodes";
        var settings = TestGateway.Settings(node);
        await using var gateway = await TestGateway.StartAsync(settings with
        {
            Access = settings.Access with { Key = "for-nodes" },
            Listening = settings.Listening with
            {
                Access = settings.Listening.Access with { ApiKeys = ["of-client"], CorsOrigins = ["*"] },
            },
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent("{}") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "of-client");
        request.Headers.Add("x-request-id", "mine");
        request.Headers.Add("Origin", "http://friend.example");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        using var response = await gateway.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("mine", response.Headers.GetValues("x-request-id").Single());
        var headers = Assert.Single(node.Seen).Headers;
        Assert.Equal("Bearer for-nodes", headers["Authorization"]);
        Assert.Equal("mine", headers["x-request-id"]);
        Assert.Equal($"127.0.0.1:{node.Port}", headers["Host"]);
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", headers["traceparent"], StringComparison.Ordinal);
        Assert.True(headers.ContainsKey(NodeReport.Header));
        Assert.False(headers.ContainsKey("Origin"));
    }

    [Fact]
    public async Task WithoutTheKey_NothingReachesANode()
    {
        await using var node = await FakeNode.StartAsync();
        var settings = TestGateway.Settings(node);
        await using var gateway = await TestGateway.StartAsync(settings with
        {
            Listening = settings.Listening with { Access = settings.Listening.Access with { ApiKeys = ["of-client"] } },
        });

        using var response = await gateway.ChatAsync();
        using var nodes = await gateway.Http.GetAsync("/gateway/nodes");
        using var health = await gateway.Http.GetAsync("/health");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, nodes.StatusCode);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Empty(node.Seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ClientThatLeaves_IsGoneAtTheNodeToo(bool stream)
    {
        await using var node = await FakeNode.StartAsync();
        var (began, left) = (new TaskCompletionSource(), new TaskCompletionSource());
        node.Answer = async context =>
        {
            using var gone = context.RequestAborted.Register(left.SetResult);
            if (stream)
            {
                await Answers.EventsAsync(context, "1");
            }
            began.SetResult();
            await left.Task;
        };
        await using var gateway = await TestGateway.StartAsync(node);
        using var leave = new CancellationTokenSource();

        var response = Task.Run(async () =>
        {
            using var answer = await gateway.ChatAsync(stream: stream, cancellationToken: leave.Token);
            await answer.Content.ReadAsStringAsync(leave.Token);
        });
        await began.Task.WaitAsync(TestGateway.Patience);
        await leave.CancelAsync();

        await left.Task.WaitAsync(TestGateway.Patience);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => response);
        await gateway.UntilAsync(table => table.Find(node.Url)?.Own == 0);
        Assert.True(gateway.Table.Find(node.Url)?.TakesRequests);
    }
}
