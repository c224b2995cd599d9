using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MlxActors.Golden;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Telemetry;

/// <summary>Spans that leave the server, told to by nothing but the standard variables of its environment.</summary>
public sealed class SpanExportTests
{
    private const string Picture = "demo/images/demo-017-0.png";

    private static readonly string[] Phases = ["queue", "load", "media", "prefill", "decode"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [SkippableFact]
    public async Task Spans_OfARequest_ReachTheCollector_UnderTheClientsTrace()
    {
        var picture = await File.ReadAllBytesAsync(Goldens.PathOf(Goldens.SkipWhenNone(Picture, "picture")));
        var (trace, client) = (ActivityTraceId.CreateRandom().ToHexString(), ActivitySpanId.CreateRandom().ToHexString());
        await using var collector = await SpanCollector.StartAsync(spans =>
            Phases.Append("chat demo-qwen").All(name => spans.Any(span => span.TraceId == trace && span.Name == name))
            && spans.Any(span => span.TraceId == trace && span.ParentId == client));
        await using var server = await ServerProcess.StartAsync("", new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Endpoint,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        });
        // Another model than the one it starts with: it has to be loaded for this request.
        using var request = new HttpRequestMessage(HttpMethod.Post, Chat.Path)
        {
            Content = JsonContent.Create(Question("demo-qwen", picture)),
        };
        request.Headers.TryAddWithoutValidation("traceparent", $"00-{trace}-{client}-01");

        using var response = await server.Http.SendAsync(request);

        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var spans = (await collector.Spans.WaitAsync(Patience)).Where(span => span.TraceId == trace).ToArray();
        var http = Assert.Single(spans, span => span.ParentId == client);
        var chat = Assert.Single(spans, span => span.ParentId == http.SpanId);
        Assert.Equal("chat demo-qwen", chat.Name);
        var phases = spans.Where(span => span.ParentId == chat.SpanId).OrderBy(span => span.Start).ToArray();
        Assert.Equal(Phases, phases.Select(phase => phase.Name).Distinct());
        Assert.All(phases, phase => Assert.True(phase.Start <= phase.End && phase.End <= chat.End, $"{phase}"));
        Assert.Equal(spans.Length, spans.Select(span => span.SpanId).Distinct().Count());
    }

    private static JsonObject Question(string model, byte[] picture) => new()
    {
        ["model"] = model,
        ["max_tokens"] = 4,
        ["messages"] = new JsonArray(new JsonObject
        {
            ["role"] = "user",
            ["content"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "image_url",
                    ["image_url"] = new JsonObject { ["url"] = $"data:image/png;base64,{Convert.ToBase64String(picture)}" },
                },
                new JsonObject { ["type"] = "text", ["text"] = "What do you see?" }),
        }),
    };
}
