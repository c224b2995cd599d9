using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using MlxActors.Actors.Hosting;
using MlxActors.Web.Telemetry;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Telemetry;

/// <summary>Spans from the socket on, and when they are sent out.</summary>
public sealed class TracingTests
{
    private const string HttpSource = "Microsoft.AspNetCore";

    [Fact]
    public async Task Spans_OfARequest_GoUnderTheClientsTrace()
    {
        var trace = ActivityTraceId.CreateRandom();
        var (spans, ended) = (new ConcurrentBag<Activity>(), new TaskCompletionSource<Activity>(TaskCreationOptions.RunContinuationsAsynchronously));
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is Spans.SourceName or HttpSource,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceId == trace ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = span =>
            {
                spans.Add(span);
                if (span.Source.Name == HttpSource && span.TraceId == trace)
                {
                    ended.TrySetResult(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var server = await TestServer.StartAsync(TestServer.Plan());
        var parent = ActivitySpanId.CreateRandom();
        using var request = new HttpRequestMessage(HttpMethod.Post, Chat.Path) { Content = JsonContent.Create(Chat.Request("Hello")) };
        request.Headers.TryAddWithoutValidation("traceparent", $"00-{trace}-{parent}-01");

        using var response = await server.Http.SendAsync(request);

        response.EnsureSuccessStatusCode();
        var http = await ended.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(parent, http.ParentSpanId);
        var chat = Assert.Single(spans, span => span.TraceId == trace && span.OperationName == "chat demo");
        Assert.Equal(http.SpanId, chat.ParentSpanId);
        Assert.Contains(spans, span => span.OperationName == "prefill" && span.ParentSpanId == chat.SpanId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true, "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318")]
    [InlineData(true, "OTEL_TRACES_EXPORTER=otlp")]
    [InlineData(false, "OTEL_TRACES_EXPORTER=none", "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318")]
    [InlineData(false, "OTEL_SDK_DISABLED=true", "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318")]
    public void Spans_AreSentOut_WhenTheEnvironmentSaysSo(bool sent, params string[] variables)
    {
        var environment = variables.Select(variable => variable.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

        var settings = TelemetrySettings.Read(TestServer.Plan().Hocon, environment.GetValueOrDefault);

        Assert.Equal(sent, settings.Match(settings => settings.Traces, error => throw new InvalidOperationException(error)));
    }
}
