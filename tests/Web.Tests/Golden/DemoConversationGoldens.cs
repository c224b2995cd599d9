using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using MlxActors.Golden;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Golden;

/// <summary>
/// Conversations with the demo models, through HTTP in exact mode: the reference's text and counts, whole and streamed. A file is named
/// after its model; its rows run together, so that the server swaps once a file.
/// </summary>
[Collection(DemoServer.Collection)]
[TestCaseOrderer(ByDisplayName.TypeName, ByDisplayName.AssemblyName)]
public sealed class DemoConversationGoldens(DemoServer server)
{
    // The rows with tools: DemoToolGoldens.
    private static readonly FrozenDictionary<string, (string Model, JsonElement Row)> Rows = Goldens.Files("demo", "*.jsonl")
        .AsEnumerable<object?[]>()
        .Select(row => row[0] as string)
        .OfType<string>()
        .SelectMany(file => Goldens.Lines(Goldens.PathOf(file)).Select((row, index) => (Name: $"{file}:{index + 1:000}", File: file, Row: row)))
        .Where(row => !row.Row.TryGetProperty("tools", out _))
        .ToFrozenDictionary(row => row.Name, row => (Path.GetFileNameWithoutExtension(row.File), row.Row));

    public static TheoryData<string?> Names => Goldens.Rows(Rows.Keys.Order(StringComparer.Ordinal));

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task Conversation_GetsTheReplyOfTheReference(string? name)
    {
        var (model, row) = Rows[Goldens.SkipWhenNone(name, "demo")];

        using var whole = await Chat.PostAsync(server.Http, Request(model, row, stream: false));
        using var streamed = await Chat.PostAsync(server.Http, Request(model, row, stream: true));

        var completion = await Chat.JsonAsync(whole);
        Assert.True(whole.IsSuccessStatusCode, completion.ToString());
        Assert.Equal(row.GetProperty("reply").GetString(), Chat.ContentOf(completion));
        var usage = completion.GetProperty("usage");
        Assert.Equal(row.GetProperty("prompt_ids").GetArrayLength(), usage.GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(row.GetProperty("reply_ids").GetArrayLength(), usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal(row.GetProperty("reply").GetString(), Chat.Joined(await Chat.EventsAsync(streamed)));
    }

    // The reference stopped at the end of the turn, or after as many tokens as there are.
    private static JsonObject Request(string model, JsonElement row, bool stream) => new()
    {
        ["model"] = model,
        ["temperature"] = 0,
        ["max_tokens"] = row.GetProperty("reply_ids").GetArrayLength(),
        ["stream"] = stream,
        ["messages"] = WithImages(JsonNode.Parse(row.GetProperty("messages").GetRawText())!),
    };

    // Fixtures name image files; a client sends them as data URIs.
    internal static JsonNode WithImages(JsonNode messages)
    {
        var urls = messages.AsArray()
            .Select(message => message!["content"])
            .OfType<JsonArray>()
            .SelectMany(parts => parts)
            .Select(part => part!["image_url"])
            .OfType<JsonObject>();
        foreach (var url in urls)
        {
            var file = Goldens.PathOf("demo", url["url"]!.GetValue<string>());
            url["url"] = $"data:image/png;base64,{Convert.ToBase64String(File.ReadAllBytes(file))}";
        }
        return messages;
    }
}
