using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.OpenAi;

/// <summary>Sampled answers of the demo model: one or several, whole or streamed, with all that can be told of them.</summary>
[Collection(DemoServer.Collection)]
public sealed class ChoicesTests(DemoServer server)
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(77)]
    public async Task Answer_Streamed_CarriesWhatTheWholeOneDoes(int seed)
    {
        var whole = await Whole(Sampled(seed));
        var streamed = await Streamed(Sampled(seed));

        Assert.Equal(whole.Select(choice => choice.Told()), streamed.Select(choice => choice.Told()));
        Assert.Equal(whole[0].Content, string.Concat(whole[0].Logprobs.Select(token => token.GetProperty("token").GetString())));
    }

    [Fact]
    public async Task Choices_AreTheAnswersToTheSeedAndThoseBehindIt()
    {
        var request = Sampled(11);
        request["n"] = 3;

        var together = await Whole(request);
        var streamed = await Streamed(request);
        var alone = new[] { await Whole(Sampled(11)), await Whole(Sampled(12)), await Whole(Sampled(13)) };

        Assert.Equal(alone.Select(choices => choices.Single().Told()), together.Select(choice => choice.Told()));
        Assert.Equal(together.Select(choice => choice.Told()), streamed.Select(choice => choice.Told()));
        Assert.Equal(alone.Sum(choices => choices[0].Completion), together[0].Completion);
        Assert.Equal((alone[0][0].Prompt, alone[0][0].Prompt), (together[0].Prompt, streamed[0].Prompt));
    }

    [Fact]
    public async Task Choices_MoreThanRunAtATime_AreRefused()
    {
        var request = Chat.Request("hi");
        request["n"] = 9;

        using var response = await Chat.PostAsync(server.Http, request);

        var error = (await Chat.JsonAsync(response)).GetProperty("error");
        Assert.Equal((HttpStatusCode.BadRequest, "n", "integer_above_max_value"), (
            response.StatusCode, error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Choices_ThatCannotBeHad_AreOneRefusal(bool stream)
    {
        var request = Chat.Request("hi", stream);
        request["n"] = 3;
        request["max_tokens"] = 100_000;

        using var response = await Chat.PostAsync(server.Http, request);

        Assert.Equal("context_length_exceeded", (await Chat.JsonAsync(response)).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Choices_OfAClientThatLeaves_EndAll()
    {
        var request = Sampled(3);
        (request["n"], request["max_tokens"], request["stream"]) = (4, 1500, true);
        request["logit_bias"] = new JsonObject { ["1"] = -100, ["6"] = -100 };

        using (var response = await Chat.StreamAsync(server.Http, request))
        {
            await response.Content.ReadAsStreamAsync();
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await Health()).GetProperty("running").GetInt32() > 0)
        {
            await Task.Delay(10, patience.Token);
        }
    }

    [Fact]
    public async Task Penalty_ForWhatWasSaid_ChangesTheAnswer()
    {
        var request = Chat.Request("Count from 3 to 9.");
        var plain = (await Whole(request)).Single().Content;
        request["frequency_penalty"] = 2;

        Assert.Equal("3, 4, 5, 6, 7, 8, 9", plain);
        Assert.NotEqual(plain, (await Whole(request)).Single().Content);
    }

    [Fact]
    public async Task Bias_ForATokenTheModelDoesNotHave_IsRefused()
    {
        var request = Chat.Request("hi");
        request["logit_bias"] = new JsonObject { ["999999999"] = 1 };

        using var response = await Chat.PostAsync(server.Http, request);

        Assert.Equal("logit_bias", (await Chat.JsonAsync(response)).GetProperty("error").GetProperty("param").GetString());
    }

    private static JsonObject Sampled(int seed)
    {
        var request = Chat.Request("Tell me a story.");
        (request["temperature"], request["seed"], request["max_tokens"]) = (1.5, seed, 24);
        (request["logprobs"], request["top_logprobs"], request["repetition_penalty"]) = (true, 3, 1.1);
        return request;
    }

    private async Task<JsonElement> Health() => await Chat.JsonAsync(await server.Http.GetAsync("/health"));

    private async Task<Choice[]> Whole(JsonObject request)
    {
        using var response = await Chat.PostAsync(server.Http, request);
        var completion = await Chat.JsonAsync(response);
        Assert.True(response.IsSuccessStatusCode, completion.ToString());
        return [.. completion.GetProperty("choices").EnumerateArray().Select(choice => new Choice(
            choice.GetProperty("index").GetInt32(),
            choice.GetProperty("message").GetProperty("content").GetString()!,
            Choice.LogprobsOf(choice),
            choice.GetProperty("finish_reason").GetString(),
            completion.GetProperty("usage")))];
    }

    private async Task<Choice[]> Streamed(JsonObject request)
    {
        var body = request.DeepClone();
        (body["stream"], body["stream_options"]) = (true, new JsonObject { ["include_usage"] = true });
        using var response = await Chat.PostAsync(server.Http, body);
        var chunks = (await Chat.EventsAsync(response)).SkipLast(1).Select(data => JsonElement.Parse(data)).ToArray();
        return
        [
            .. chunks.SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray())
                .GroupBy(choice => choice.GetProperty("index").GetInt32())
                .OrderBy(choice => choice.Key)
                .Select(choice => new Choice(
                    choice.Key,
                    string.Concat(choice.Select(part => part.GetProperty("delta")).Select(delta =>
                        delta.TryGetProperty("content", out var text) ? text.GetString() : "")),
                    [.. choice.SelectMany(Choice.LogprobsOf)],
                    choice.Last().GetProperty("finish_reason").GetString(),
                    chunks[^1].GetProperty("usage"))),
        ];
    }

    private sealed record Choice(int Index, string Content, JsonElement[] Logprobs, string? FinishReason, JsonElement Usage)
    {
        public int Prompt => Usage.GetProperty("prompt_tokens").GetInt32();

        public int Completion => Usage.GetProperty("completion_tokens").GetInt32();

        public static JsonElement[] LogprobsOf(JsonElement choice) =>
            choice.GetProperty("logprobs") is { ValueKind: JsonValueKind.Object } logprobs
                ? [.. logprobs.GetProperty("content").EnumerateArray()]
                : [];

        /// <summary>All but its place and the counts of the whole request.</summary>
        public string Told() => $"{Content}|{string.Join(',', Logprobs.Select(token => token.GetRawText()))}|{FinishReason}";
    }
}
