using System.Net;
using System.Text.Json;
using MlxActors.Gateway.Tests.Serving;
using MlxActors.Http.Nodes;

namespace MlxActors.Gateway.Tests.Forwarding;

/// <summary>What a client sees when nodes break, stop, or are not there.</summary>
public sealed class FaultTests
{
    private static readonly NodeReport Stopping = FakeNode.Idle with { Status = "draining", State = "stopping" };

    public static TheoryData<string> WaysToBreakEarly => ["dies", "dies in a whole answer", "dies before the first event", "stops"];

    [Theory]
    [MemberData(nameof(WaysToBreakEarly))]
    public async Task NodeThatBreaksBeforeTheFirstByte_AnotherAnswers(string way)
    {
        await using var bad = await FakeNode.StartAsync();
        await using var good = await FakeNode.StartAsync();
        bad.Answer = Breaking(way, bad);
        await using var gateway = await TestGateway.StartAsync(bad, good);

        foreach (var user in Enumerable.Range(0, 32))
        {
            using var response = await gateway.ChatAsync($"{user}");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("""{"id":"one"}""", await response.Content.ReadAsStringAsync());
            if (bad.Seen.Count > 0)
            {
                break;
            }
        }

        Assert.Single(bad.Seen);
        Assert.Equal(bad.Seen.Single().Body, good.Seen.Last().Body);
    }

    [Theory]
    [MemberData(nameof(WaysToBreakEarly))]
    public async Task RequestThatFailsAtTwoNodes_IsNotTriedAtAThird(string way)
    {
        FakeNode[] nodes = [await FakeNode.StartAsync(), await FakeNode.StartAsync(), await FakeNode.StartAsync()];
        Array.ForEach(nodes, node => node.Answer = Breaking(way, node));
        await using var gateway = await TestGateway.StartAsync(nodes);

        using var response = await gateway.ChatAsync();

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("node_failed", await CodeAsync(response));
        Assert.Equal(2, nodes.Sum(node => node.Seen.Count));
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task StreamThatBreaks_EndsWithAnErrorEvent_AndIsNotBegunAgain()
    {
        await using var bad = await FakeNode.StartAsync();
        await using var gateway = await TestGateway.StartAsync(bad);
        await using var spare = await FakeNode.StartAsync();
        gateway.Table.Add(Gateway.Nodes.NodeAddress.Parse(spare.Url)!, "api");
        bad.Answer = async context =>
        {
            await Answers.SendAsync(context, "data: {\"n\":1}\n\ndata: {\"n\":2}\n\ndata: {\"n\":");
            context.Abort();
        };

        using var response = await gateway.ChatAsync(stream: true);
        var text = await response.Content.ReadAsStringAsync();

        Assert.StartsWith("data: {\"n\":1}\n\ndata: {\"n\":2}\n\ndata: {\"error\":{", text, StringComparison.Ordinal);
        using var error = JsonDocument.Parse(text.Split("\n\n")[2]["data: ".Length..]);
        Assert.Equal("node_failed", error.RootElement.GetProperty("error").GetProperty("code").GetString());
        Assert.EndsWith("}\n\n", text, StringComparison.Ordinal);
        Assert.Single(bad.Seen);
        Assert.Empty(spare.Seen);
    }

    [Fact]
    public async Task ResponseStreamThatBreaks_EndsWithOpenAisErrorEvent()
    {
        await using var node = await FakeNode.StartAsync();
        node.Answer = async context =>
        {
            await Answers.SendAsync(context, "event: response.created\ndata: {\"response\":{\"id\":\"resp_1\"}}\n\n");
            context.Abort();
        };
        await using var gateway = await TestGateway.StartAsync(node);

        using var response = await gateway.Http.PostAsync(
            "/v1/responses", new StringContent("""{"model":"demo","input":"hi","stream":true}"""));
        var events = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(2, events.Length);
        Assert.StartsWith("event: error\ndata: {\"type\":\"error\",\"sequence_number\":1,\"code\":\"node_failed\"", events[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task StreamThatHadSaidItsEnd_BreaksWithoutAnError()
    {
        await using var node = await FakeNode.StartAsync();
        node.Answer = async context =>
        {
            await Answers.EventsAsync(context, "1", "[DONE]");
            context.Abort();
        };
        await using var gateway = await TestGateway.StartAsync(node);

        using var response = await gateway.ChatAsync(stream: true);

        Assert.Equal("data: 1\n\ndata: [DONE]\n\n", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task NodeThatIsNotThere_GetsNothing_UntilItIs()
    {
        var gone = await FakeNode.StartAsync();
        await using var good = await FakeNode.StartAsync();
        await using var gateway = await TestGateway.StartAsync(gone, good);
        var (url, port) = (gone.Url, gone.Port);
        await gone.DisposeAsync();

        foreach (var user in Enumerable.Range(0, 16))
        {
            using var response = await gateway.ChatAsync($"{user}");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        await gateway.UntilAsync(table => table.Find(url)?.TakesRequests == false);
        await using var back = await FakeNode.StartAsync(port);

        await gateway.UntilAsync(table => table.Find(url)?.TakesRequests == true);
    }

    [Fact]
    public async Task NodeThatStops_GetsNothingNew_AndFinishesItsStream()
    {
        await using var stops = await FakeNode.StartAsync();
        await using var other = await FakeNode.StartAsync();
        var goOn = new TaskCompletionSource();
        stops.Answer = async context =>
        {
            await Answers.EventsAsync(context, "1");
            await goOn.Task;
            await Answers.EventsAsync(context, "[DONE]");
        };
        await using var gateway = await TestGateway.StartAsync(stops);
        using var running = await gateway.ChatAsync(stream: true);
        await gateway.Http.PostAsync("/gateway/nodes", new StringContent($$"""{"url":"{{other.Url}}"}"""));

        stops.Report = Stopping;
        await gateway.UntilToldAsync(stops);
        foreach (var user in Enumerable.Range(0, 16))
        {
            using var response = await gateway.ChatAsync($"{user}");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Single(stops.Seen);
        goOn.SetResult();
        Assert.Equal("data: 1\n\ndata: [DONE]\n\n", await running.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task AllNodesDown_IsA503ThatSaysWhenToTryAgain()
    {
        var node = await FakeNode.StartAsync();
        await using var gateway = await TestGateway.StartAsync(node);
        await node.DisposeAsync();

        using var first = await gateway.ChatAsync();
        using var second = await gateway.ChatAsync();
        using var health = await gateway.Http.GetAsync("/health");

        foreach (var response in new[] { first, second })
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal("no_node_available", await CodeAsync(response));
            Assert.NotNull(response.Headers.RetryAfter);
        }
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
    }

    [Fact]
    public async Task NodeThatRefusesTheGatewaysKey_GetsNothing()
    {
        await using var node = await FakeNode.StartAsync();
        node.Key = "another";
        await using var gateway = await TestGateway.StartAsync(node);

        using var response = await gateway.ChatAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("node-key", gateway.Table.Find(node.Url)?.Health.Why, StringComparison.Ordinal);
        Assert.Empty(node.Seen);
    }

    private static Func<Microsoft.AspNetCore.Http.HttpContext, Task> Breaking(string way, FakeNode node) => way switch
    {
        "dies" => Answers.DieAsync,
        "dies in a whole answer" => async context =>
        {
            context.Response.ContentType = "application/json";
            await Answers.SendAsync(context, "{\"id\":");
            context.Abort();
        },
        "dies before the first event" => async context =>
        {
            await Answers.SendAsync(context, "data: {\"half");
            context.Abort();
        },
        _ => async context =>
        {
            node.Report = Stopping;
            context.Response.Headers[NodeReport.Header] = Stopping.ToJson();
            await Answers.ErrorAsync(context, 503, "shutting_down");
        },
    };

    private static async Task<string?> CodeAsync(HttpResponseMessage response)
    {
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return body.RootElement.GetProperty("error").GetProperty("code").GetString();
    }
}
