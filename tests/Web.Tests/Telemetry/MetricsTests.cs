using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using MlxActors.Http.Metrics;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Telemetry;

/// <summary>What <c>/metrics</c> says after requests that are known.</summary>
public sealed class MetricsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Scrape_AfterKnownRequests_CountsThem()
    {
        await using var server = await TestServer.StartAsync(TestServer.Plan());
        await WarmAsync(server);
        var before = await ScrapeAsync(server);
        var (prompt, completion) = (0, 0);
        for (var request = 0; request < 3; request++)
        {
            var usage = (await Api.JsonAsync(server.Http, Chat.Path, Body("Hello", tokens: 3))).GetProperty("usage");
            prompt += usage.GetProperty("prompt_tokens").GetInt32();
            completion += usage.GetProperty("completion_tokens").GetInt32();
        }
        using var refused = await Api.PostAsync(server.Http, Chat.Path, "{}");

        var after = await ScrapeUntilAsync(server, scrape =>
            HttpRequests(scrape, 200) - HttpRequests(before, 200) == 3 && HttpRequests(scrape, 400) == 1);

        double Grown(string series) => after[series] - (before.Find(series) ?? 0);
        Assert.Equal(3, Grown("mlxactors_requests_total{outcome=\"finished\"}"));
        Assert.Equal(prompt, Grown("mlxactors_prompt_tokens_total{model_name=\"demo\"}"));
        Assert.Equal(completion, Grown("mlxactors_generation_tokens_total{model_name=\"demo\"}"));
        Assert.Equal(3, Grown("mlxactors_time_to_first_token_seconds_count{model_name=\"demo\"}"));
        Assert.Equal(3, Grown("mlxactors_e2e_request_latency_seconds_count{model_name=\"demo\"}"));
        Assert.Equal(3, Grown("mlxactors_request_queue_time_seconds_count{model_name=\"demo\"}"));
        Assert.Equal(completion, Grown("mlxactors_batch_size_sum"));
        Assert.Equal(1, after["mlxactors_load_duration_seconds_count{model_name=\"demo\",outcome=\"loaded\"}"]);
        Assert.Equal(0, after["mlxactors_num_requests_waiting"]);
        Assert.True(after["dotnet_process_memory_working_set_bytes"] > 0);
        Assert.Single(after.Types, type => type.Key == "mlxactors_build_info");
    }

    [Theory]
    [InlineData("\"temperature\": 0")]
    [InlineData("\"temperature\": 0.8, \"seed\": 3, \"logprobs\": true")]
    [InlineData("\"temperature\": 0, \"stop\": [\" Aisha ship\"]")]
    public async Task Scrape_AnswerThatRepeatsItsPrompt_CountsWhatWasGuessed_AndTheAnswerIsTheSame(string sampling)
    {
        const string Drafts = "mlxactors_spec_decode_num_drafts_total";
        const string Accepted = "mlxactors_spec_decode_num_accepted_tokens_total";
        var body = $$"""
            {"model": "demo-qwen", {{sampling}}, "max_tokens": 60,
            "messages": [{"role": "user", "content": "Echo: cherry Leo Aisha ship Aisha Ivan cherry Leo Aisha ship"}]}
            """;
        await using var plain = await TestServer.StartAsync(TestServer.Plan("mlxactors.engine.speculation.enabled = off"));
        await using var guessing = await TestServer.StartAsync(TestServer.Plan("mlxactors.engine.speculation.enabled = on"));

        var (expected, answer) = (await Api.JsonAsync(plain.Http, Chat.Path, body), await Api.JsonAsync(guessing.Http, Chat.Path, body));

        Assert.Equal(expected.GetProperty("choices").GetRawText(), answer.GetProperty("choices").GetRawText());
        Assert.Equal(expected.GetProperty("usage").GetRawText(), answer.GetProperty("usage").GetRawText());
        var timings = answer.GetProperty("timings");
        var right = timings.GetProperty("draft_n_accepted").GetInt32();
        Assert.InRange(right, 1, timings.GetProperty("draft_n").GetInt32());
        Assert.False(expected.GetProperty("timings").TryGetProperty("draft_n", out _));
        Assert.Equal(0, (await ScrapeAsync(plain)).Find(Drafts) ?? 0);
        // Steps are counted behind their tokens.
        await ScrapeUntilAsync(guessing, scrape => scrape.Find(Accepted) >= Math.Max(2, right) && scrape.Find(Drafts) is >= 1);
    }

    [Fact]
    public async Task Scrape_IsPrometheusText()
    {
        await using var server = await TestServer.StartAsync(new Script());

        using var response = await server.Http.GetAsync("/metrics");

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("gauge", Exposition.Parse(await response.Content.ReadAsStringAsync()).Types["mlxactors_num_requests_waiting"]);
    }

    [Theory]
    [InlineData("", 401)]
    [InlineData("mlxactors.metrics.open = on", 200)]
    public async Task Scrape_AsksForAKey_UnlessItIsExempt(string setting, int status)
    {
        await using var server = await TestServer.StartAsync(new Script(), "mlxactors.http.api-keys = [\"sk-one\"]\n" + setting);

        using var response = await server.Http.GetAsync("/metrics");

        Assert.Equal((HttpStatusCode)status, response.StatusCode);
    }

    [Fact]
    public void Names_Labels_AndNumbers_AreEscapedAndBucketsAdd()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var meter = new Meter("test");
        using var store = new MetricStore(meter, services.GetRequiredService<IMeterFactory>());
        var counter = meter.CreateCounter<long>("a.b-c", "By", "back\\slash\nand line");
        counter.Add(2, new KeyValuePair<string, object?>("k.e", "q\"u\\o\nte"), new KeyValuePair<string, object?>("n", 1.5));
        var histogram = meter.CreateHistogram("took", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2] });
        foreach (var value in new[] { 0.5, 1, 1.5, 9 })
        {
            histogram.Record(value);
        }

        var text = store.Scrape();

        Exposition.Parse(text);
        Assert.Contains(
            "# HELP a_b_c_bytes_total back\\\\slash\\nand line\n# TYPE a_b_c_bytes_total counter\n"
            + "a_b_c_bytes_total{k_e=\"q\\\"u\\\\o\\nte\",n=\"1.5\"} 2\n",
            text,
            StringComparison.Ordinal);
        Assert.Contains(
            "# TYPE took_seconds histogram\ntook_seconds_bucket{le=\"1\"} 2\ntook_seconds_bucket{le=\"2\"} 3\n"
            + "took_seconds_bucket{le=\"+Inf\"} 4\ntook_seconds_sum 12\ntook_seconds_count 4\n",
            text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a 1")]
    [InlineData("# TYPE a gauge\na 1\na 2\n")]
    [InlineData("# TYPE a counter\na 1\n")]
    [InlineData("# TYPE a gauge\na{b=\"\\x\"} 1\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"+Inf\"} 2\na_count 1\na_sum 1\n")]
    public void Reader_RefusesWhatIsNotInTheFormat(string text) => Assert.Throws<FormatException>(() => Exposition.Parse(text));

    private static string Body(string text, int tokens)
    {
        var body = Chat.Request(text);
        body["max_tokens"] = JsonValue.Create(tokens);
        return body.ToJsonString();
    }

    /// <summary>Until the server has warmed up by itself, and everything of it is counted.</summary>
    private static Task WarmAsync(TestServer server) => ScrapeUntilAsync(server, scrape =>
        scrape.Find("mlxactors_requests_total{outcome=\"finished\"}") == 1 && scrape.Find("mlxactors_num_requests_running") == 0);

    private static double HttpRequests(Exposition scrape, int status) => scrape.Sum(
        "http_server_request_duration_seconds_count",
        $"http_response_status_code=\"{status}\"",
        "http_route=\"/v1/chat/completions\"");

    private static async Task<Exposition> ScrapeAsync(TestServer server) => Exposition.Parse(await server.Http.GetStringAsync("/metrics"));

    /// <summary>What is counted at a request's end is counted after the client has its answer.</summary>
    private static async Task<Exposition> ScrapeUntilAsync(TestServer server, Predicate<Exposition> isThere)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var scrape = Exposition.Parse(await server.Http.GetStringAsync("/metrics", patience.Token));
            if (isThere(scrape))
            {
                return scrape;
            }
            await Task.Delay(5, patience.Token);
        }
    }
}
