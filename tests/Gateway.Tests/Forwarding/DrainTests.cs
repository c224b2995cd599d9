using System.Net;
using MlxActors.Gateway.Tests.Serving;

namespace MlxActors.Gateway.Tests.Forwarding;

/// <summary>The gateway's own orderly end.</summary>
public sealed class DrainTests
{
    [Fact]
    public async Task GatewayThatStops_FinishesItsStreams_AndTakesNothingNew()
    {
        await using var node = await FakeNode.StartAsync();
        var goOn = new TaskCompletionSource();
        node.Answer = async context =>
        {
            await Answers.EventsAsync(context, "1");
            await goOn.Task;
            await Answers.EventsAsync(context, "[DONE]");
        };
        await using var gateway = await TestGateway.StartAsync(node);
        using var running = await gateway.ChatAsync(stream: true);

        var stopping = gateway.StopAsync();
        await gateway.UntilAsync(_ => gateway.IsDraining);
        using var refused = await gateway.ChatAsync();
        using var health = await gateway.Http.GetAsync("/health");
        goOn.SetResult();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("shutting_down", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("stopping", await health.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("data: 1\n\ndata: [DONE]\n\n", await running.Content.ReadAsStringAsync());
        await stopping;
    }

    [Fact]
    public async Task WholeAnswerThatOutlastsTheDeadline_IsA503()
    {
        await using var node = await FakeNode.StartAsync();
        var (began, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        node.Answer = _ =>
        {
            began.SetResult();
            return goOn.Task;
        };
        await using var gateway = await TestGateway.StartAsync(TestGateway.Settings(node) with { Shutdown = TimeSpan.FromMilliseconds(1) });
        var running = gateway.ChatAsync();
        await began.Task;

        await gateway.StopAsync();

        using var response = await running;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("shutting_down", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        goOn.SetResult();
    }

    [Fact]
    public async Task StreamThatOutlastsTheDeadline_EndsWithAnErrorEvent()
    {
        await using var node = await FakeNode.StartAsync();
        var goOn = new TaskCompletionSource();
        node.Answer = async context =>
        {
            await Answers.EventsAsync(context, "1");
            await goOn.Task;
        };
        await using var gateway = await TestGateway.StartAsync(TestGateway.Settings(node) with { Shutdown = TimeSpan.FromMilliseconds(1) });
        using var running = await gateway.ChatAsync(stream: true);

        await gateway.StopAsync();

        var text = await running.Content.ReadAsStringAsync();
        Assert.StartsWith("data: 1\n\ndata: {\"error\":{", text, StringComparison.Ordinal);
        Assert.Contains("shutting_down", text, StringComparison.Ordinal);
        goOn.SetResult();
    }
}
