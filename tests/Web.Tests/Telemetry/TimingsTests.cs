using System.Text.Json;
using System.Text.Json.Nodes;
using MlxActors.Generation;
using MlxActors.Generation.Speculation;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Telemetry;

/// <summary>The <c>timings</c> of answers, in the names of llama.cpp's server.</summary>
public sealed class TimingsTests
{
    private const string Expected = """
        {"cache_n": 4, "prompt_n": 6, "prompt_ms": 300, "prompt_per_token_ms": 50, "prompt_per_second": 20,
         "predicted_n": 5, "predicted_ms": 500, "predicted_per_token_ms": 100, "predicted_per_second": 10,
         "draft_n": 3, "draft_n_accepted": 2}
        """;

    private static readonly GenerationEvent Finished = new GenerationEvent.Finished(
        FinishReason.Stop, new Usage(10, 5) { CachedTokens = 4, Speculation = new SpeculationCounts(Drafts: 1, DraftTokens: 3, AcceptedTokens: 2) })
    {
        Timings = Timings.Zero with { Prefill = TimeSpan.FromMilliseconds(300), Decode = TimeSpan.FromMilliseconds(500) },
    };

    [Theory]
    [InlineData(Chat.Path, "messages", """[{"role": "user", "content": "hi"}]""")]
    [InlineData("/v1/completions", "prompt", "\"hi\"")]
    public async Task TimingsPerToken_AreInEachChunkOfText(string path, string field, string prompt)
    {
        var text = new GenerationEvent.Text("hi")
        {
            SoFar = new AnswerSoFar(new Usage(10, 2) { CachedTokens = 4 }, Timings.Zero with { Decode = TimeSpan.FromMilliseconds(200) }),
        };
        await using var server = await TestServer.StartAsync(Script.Of(text, Finished));
        var body = new JsonObject { ["model"] = "demo", [field] = JsonNode.Parse(prompt), ["stream"] = true, ["timings_per_token"] = true };
        using var response = await Api.PostAsync(server.Http, path, body.ToJsonString());

        var chunk = (await Chat.EventsAsync(response)).Single(chunk => chunk.Contains("hi\"", StringComparison.Ordinal));

        var timings = JsonElement.Parse(chunk).GetProperty("timings");
        Assert.Equal((6, 4, 2), (Number("prompt_n"), Number("cache_n"), Number("predicted_n")));
        Assert.Equal(10, timings.GetProperty("predicted_per_second").GetDouble());
        Assert.False(timings.TryGetProperty("draft_n", out _));
        int Number(string name) => timings.GetProperty(name).GetInt32();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TimingsPerToken_OfARealAnswer_CountItsTokens(bool asked)
    {
        await using var server = await TestServer.StartAsync(TestServer.Plan());
        var body = Chat.Request("Count from 3 to 9.");
        (body["stream"], body["temperature"], body["timings_per_token"]) = (true, 0, asked);
        using var response = await Api.PostAsync(server.Http, Chat.Path, body.ToJsonString());

        var timings = (await Chat.EventsAsync(response))[..^1].Select(chunk => JsonElement.Parse(chunk))
            .Where(chunk => chunk.TryGetProperty("timings", out _))
            .Select(chunk => chunk.GetProperty("timings"))
            .ToArray();

        var counts = timings.Select(timing => timing.GetProperty("predicted_n").GetInt32()).ToArray();
        Assert.Equal(asked, counts.Length > 2);
        Assert.Equal(counts.Order(), counts);
        Assert.All(timings, timing => Assert.True(timing.GetProperty("prompt_ms").GetDouble() > 0));
    }

    [Theory]
    [InlineData(Chat.Path, "messages", """[{"role": "user", "content": "hi"}]""")]
    [InlineData("/v1/completions", "prompt", "\"hi\"")]
    public async Task Timings_AreInTheWholeAnswer_AndInTheLastChunk(string path, string field, string prompt)
    {
        foreach (var options in new[] { null, """{"include_usage": false}""", """{"include_usage": true}""" })
        {
            var body = new JsonObject { ["model"] = "demo", [field] = JsonNode.Parse(prompt) };
            if (options is not null)
            {
                (body["stream"], body["stream_options"]) = (true, JsonNode.Parse(options));
            }
            await using var server = await TestServer.StartAsync(Script.Of(new GenerationEvent.Text("hi"), Finished));
            using var response = await Api.PostAsync(server.Http, path, body.ToJsonString());

            var objects = options is null ? [await response.Content.ReadAsStringAsync()] : (await Chat.EventsAsync(response))[..^1];

            Assert.True(JsonElement.DeepEquals(JsonElement.Parse(Expected), JsonElement.Parse(objects[^1]).GetProperty("timings")), objects[^1]);
            Assert.All(objects[..^1], chunk => Assert.False(JsonElement.Parse(chunk).TryGetProperty("timings", out _)));
        }
    }
}
