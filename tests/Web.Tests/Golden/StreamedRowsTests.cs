using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using MlxActors.Golden;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Golden;

/// <summary>
/// The demo conversations, tools and images among them, drawn by chance in two choices, with log probabilities and a text to stop at:
/// streamed, each choice carries what it does whole.
/// </summary>
[Collection(DemoServer.Collection)]
[TestCaseOrderer(ByDisplayName.TypeName, ByDisplayName.AssemblyName)]
public sealed class StreamedRowsTests(DemoServer server)
{
    private const int Choices = 2;

    private static readonly FrozenDictionary<string, (string Model, JsonElement Row)> Rows = Goldens.Files("demo", "*.jsonl")
        .AsEnumerable<object?[]>()
        .Select(row => row[0] as string)
        .OfType<string>()
        .SelectMany(file => Goldens.Lines(Goldens.PathOf(file))
            .Select((row, index) => (Name: $"{file}:{index + 1:000}", File: file, Row: row)))
        .ToFrozenDictionary(row => row.Name, row => (Path.GetFileNameWithoutExtension(row.File), row.Row));

    public static TheoryData<string?> Names => Goldens.Rows(Rows.Keys.Order(StringComparer.Ordinal));

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task Row_Streamed_CarriesWhatItDoesWhole(string? name)
    {
        var (model, row) = Rows[Goldens.SkipWhenNone(name, "demo")];
        var request = Request(model, row);

        using var whole = await Chat.PostAsync(server.Http, request);
        request["stream"] = true;
        request["stream_options"] = new JsonObject { ["include_usage"] = true };
        using var streamed = await Chat.PostAsync(server.Http, request);

        var completion = await Chat.JsonAsync(whole);
        Assert.True(whole.IsSuccessStatusCode, completion.ToString());
        var chunks = (await Chat.EventsAsync(streamed)).Where(data => data != "[DONE]").Select(data => JsonElement.Parse(data)).ToArray();
        for (var choice = 0; choice < Choices; choice++)
        {
            Assert.Equal(OfWhole(completion, choice), OfChunks(chunks, choice));
        }
        foreach (var count in (string[])["prompt_tokens", "completion_tokens", "total_tokens"])
        {
            Assert.Equal(CountIn(completion, count), CountIn(chunks[^1], count));
        }
    }

    private static int CountIn(JsonElement answer, string count) => answer.GetProperty("usage").GetProperty(count).GetInt32();

    private static (StreamedAnswer Answer, string Logprobs) OfWhole(JsonElement completion, int index)
    {
        var choice = completion.GetProperty("choices").EnumerateArray().Single(choice => choice.GetProperty("index").GetInt32() == index);
        return (Normal(StreamedAnswer.OfWhole(JsonElement.Parse($$"""{"choices":[{{choice.GetRawText()}}]}"""))), Tokens([choice]));
    }

    private static (StreamedAnswer Answer, string Logprobs) OfChunks(JsonElement[] chunks, int index)
    {
        var own = chunks
            .Where(chunk => chunk.GetProperty("choices").EnumerateArray().Any(choice => choice.GetProperty("index").GetInt32() == index))
            .ToArray();
        var answer = Normal(StreamedAnswer.Of(own.Select(chunk => chunk.GetRawText())));
        return (answer, Tokens(own.Select(chunk => chunk.GetProperty("choices")[0])));
    }

    // Ids are each answer's own; and a stream cannot tell at its beginning that there will be no text.
    private static StreamedAnswer Normal(StreamedAnswer answer) => answer.WithoutIds with { Content = answer.Content ?? "" };

    private static string Tokens(IEnumerable<JsonElement> choices) => string.Concat(choices
        .Select(choice => choice.GetProperty("logprobs"))
        .Where(logprobs => logprobs.ValueKind == JsonValueKind.Object)
        .SelectMany(logprobs => logprobs.GetProperty("content").EnumerateArray())
        .Select(token => token.GetRawText()));

    private static JsonObject Request(string model, JsonElement row)
    {
        var reply = row.GetProperty("reply").GetString()!;
        var request = new JsonObject
        {
            ["model"] = model,
            ["temperature"] = 0.7,
            ["seed"] = 7,
            ["n"] = Choices,
            ["max_tokens"] = row.GetProperty("reply_ids").GetArrayLength() + 4,
            ["logprobs"] = true,
            ["top_logprobs"] = 1,
            ["stop"] = new JsonArray(reply.Length > 8 ? reply[(reply.Length / 2)..((reply.Length / 2) + 3)] : "\n\n\n"),
            ["messages"] = DemoConversationGoldens.WithImages(JsonNode.Parse(row.GetProperty("messages").GetRawText())!),
        };
        if (row.TryGetProperty("tools", out var tools))
        {
            request["tools"] = JsonNode.Parse(tools.GetRawText());
        }
        return request;
    }
}
