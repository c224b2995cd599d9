using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MlxActors.Gateway.Hosting;
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
        await using var spare = await FakeNode.StartAsync();
        await using var gateway = await TestGateway.StartAsync(bad);
        var isRead = new TaskCompletionSource();
        bad.Answer = context => Answers.BreakAsync(context, "data: {\"n\":1}\n\ndata: {\"n\":2}\n\ndata: {\"n\":", isRead.Task);

        using var response = await gateway.ChatAsync(stream: true);
        using var added = await gateway.PostAsync("/gateway/nodes", $$"""{"url":"{{spare.Url}}"}""");
        var text = await ReadAsync(response, events: 2, isRead);

        Assert.True(gateway.Table.Find(spare.Url)?.TakesRequests);
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
        var isRead = new TaskCompletionSource();
        node.Answer = context => Answers.BreakAsync(
            context, "event: response.created\ndata: {\"response\":{\"id\":\"resp_1\"}}\n\n", isRead.Task);
        await using var gateway = await TestGateway.StartAsync(node);

        using var response = await gateway.PostAsync("/v1/responses", """{"model":"demo","input":"hi","stream":true}""");
        var events = (await ReadAsync(response, events: 1, isRead)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(2, events.Length);
        Assert.StartsWith(
            "event: error\ndata: {\"type\":\"error\",\"sequence_number\":1,\"code\":\"node_failed\"", events[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task StreamThatHadSaidItsEnd_BreaksWithoutAnError()
    {
        await using var node = await FakeNode.StartAsync();
        var isRead = new TaskCompletionSource();
        node.Answer = context => Answers.BreakAsync(context, "data: 1\n\ndata: [DONE]\n\n", isRead.Task);
        await using var gateway = await TestGateway.StartAsync(node);

        using var response = await gateway.ChatAsync(stream: true);

        Assert.Equal("data: 1\n\ndata: [DONE]\n\n", await ReadAsync(response, events: 2, isRead));
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
        using var added = await gateway.PostAsync("/gateway/nodes", $$"""{"url":"{{other.Url}}"}""");

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
    public async Task NodeThatDoesNotSayHowItIs_IsOutUntilItDoes()
    {
        await using var node = await FakeNode.StartAsync();
        var settings = TestGateway.Settings(node);
        await using var gateway = await TestGateway.StartAsync(settings with
        {
            Health = settings.Health with { Timeout = TimeSpan.FromMilliseconds(500) },
        });
        await gateway.UntilAsync(table => table.Find(node.Url)?.TakesRequests == true);
        var thaw = new TaskCompletionSource();

        node.Health = _ => thaw.Task;
        await gateway.UntilAsync(table => table.Find(node.Url)?.TakesRequests == false);
        using var response = await gateway.ChatAsync();
        node.Health = null;
        thaw.SetResult();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        await gateway.UntilAsync(table => table.Find(node.Url)?.TakesRequests == true);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    [InlineData("text/event-stream")]
    public async Task NodeThatFreezesBeforeTheFirstByte_AnotherAnswers(string? begun)
    {
        await using var frozen = await FakeNode.StartAsync();
        await using var good = await FakeNode.StartAsync();
        var thaw = Freeze(frozen, context => begun is null ? Task.CompletedTask : BeginAsync(context, begun, "{"));
        await using var gateway = await TestGateway.StartAsync(WithSoonLost(frozen));
        await gateway.UntilAsync(table => table.Find(frozen.Url)?.TakesRequests == true);

        var asked = gateway.ChatAsync();
        await gateway.UntilAsync(_ => frozen.Seen.Count > 0);
        using var added = await gateway.PostAsync("/gateway/nodes", $$"""{"url":"{{good.Url}}"}""");
        using var response = await asked;

        Assert.Equal("""{"id":"one"}""", await response.Content.ReadAsStringAsync());
        Assert.Equal(good.Seen.Single().Body, frozen.Seen.Single().Body);
        thaw.SetResult();
    }

    [Fact]
    public async Task NodeThatFreezesInAStream_EndsItWithAnErrorEvent()
    {
        await using var frozen = await FakeNode.StartAsync();
        var thaw = Freeze(frozen, context => Answers.EventsAsync(context, "1"));
        await using var gateway = await TestGateway.StartAsync(WithSoonLost(frozen));
        await gateway.UntilAsync(table => table.Find(frozen.Url)?.TakesRequests == true);

        using var response = await gateway.ChatAsync(stream: true);
        var text = await response.Content.ReadAsStringAsync();

        Assert.StartsWith("data: 1\n\ndata: {\"error\":{", text, StringComparison.Ordinal);
        Assert.Contains("node_failed", text, StringComparison.Ordinal);
        thaw.SetResult();
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

    private static GatewaySettings WithSoonLost(FakeNode node)
    {
        var settings = TestGateway.Settings(node);
        return settings with { Health = settings.Health with { LostAfter = TimeSpan.FromSeconds(2) } };
    }

    /// <summary>From its next request on a node says nothing, to whomever.</summary>
    /// <returns>Ends that.</returns>
    private static TaskCompletionSource Freeze(FakeNode node, Func<HttpContext, Task> begin)
    {
        var thaw = new TaskCompletionSource();
        node.Answer = async context =>
        {
            node.Health = _ => thaw.Task;
            await begin(context);
            await thaw.Task;
        };
        return thaw;
    }

    private static Task BeginAsync(HttpContext context, string type, string text)
    {
        context.Response.ContentType = type;
        return Answers.SendAsync(context, text);
    }

    /// <summary>Reads the stream to its end, and says when the first events are there.</summary>
    private static async Task<string> ReadAsync(HttpResponseMessage response, int events, TaskCompletionSource isRead)
    {
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var text = "";
        while (text.Split("\n\n").Length <= events)
        {
            text += $"{await reader.ReadLineAsync().WaitAsync(TestGateway.Patience)}\n";
        }
        isRead.SetResult();
        return text + await reader.ReadToEndAsync().WaitAsync(TestGateway.Patience);
    }

    private static Func<HttpContext, Task> Breaking(string way, FakeNode node) => way switch
    {
        "dies" => Answers.DieAsync,
        "dies in a whole answer" => context => DieAfterAsync(context, "application/json", "{\"id\":"),
        "dies before the first event" => context => DieAfterAsync(context, "text/event-stream", "data: {\"half"),
        _ => context => StopAsync(context, node),
    };

    private static async Task DieAfterAsync(HttpContext context, string type, string text)
    {
        await BeginAsync(context, type, text);
        context.Abort();
    }

    private static Task StopAsync(HttpContext context, FakeNode node)
    {
        node.Report = Stopping;
        context.Response.Headers[NodeReport.Header] = Stopping.ToJson();
        return Answers.ErrorAsync(context, 503, "shutting_down");
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage response)
    {
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return body.RootElement.GetProperty("error").GetProperty("code").GetString();
    }
}
