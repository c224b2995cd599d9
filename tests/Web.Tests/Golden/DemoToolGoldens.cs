using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using MlxActors.Golden;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Golden;

/// <summary>
/// Conversations of the demo models with tools, through HTTP in exact mode, whole and streamed. The reference's reply still has its calls
/// in the family's own syntax; the calls that came through HTTP, written in that syntax, must give the same letters.
/// </summary>
[Collection(DemoServer.Collection)]
[TestCaseOrderer(ByDisplayName.TypeName, ByDisplayName.AssemblyName)]
public sealed class DemoToolGoldens(DemoServer server)
{
    private static readonly FrozenDictionary<string, JsonElement> Rows = Goldens.Files("demo", "*.jsonl").AsEnumerable<object?[]>()
        .Select(row => row[0] as string)
        .OfType<string>()
        .SelectMany(file => Goldens.Lines(Goldens.PathOf(file)).Select((row, index) => (Name: $"{file}:{index + 1:000}", Row: row)))
        .Where(row => row.Row.TryGetProperty("tools", out _))
        .ToFrozenDictionary(row => row.Name, row => row.Row);

    public static TheoryData<string?> Names => Goldens.Rows(Rows.Keys.Order(StringComparer.Ordinal));

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task Conversation_GetsTheCallsOfTheReference(string? name)
    {
        var row = Rows[Goldens.SkipWhenNone(name, "demo")];
        var model = Path.GetFileNameWithoutExtension(name!.Split(':')[0]);

        using var whole = await Chat.PostAsync(server.Http, Request(model, row, stream: false));
        using var streamed = await Chat.PostAsync(server.Http, Request(model, row, stream: true));

        var completion = await Chat.JsonAsync(whole);
        Assert.True(whole.IsSuccessStatusCode, completion.ToString());
        var answer = StreamedAnswer.OfWhole(completion);
        var reply = row.GetProperty("reply").GetString()!;
        var hasCalls = reply.StartsWith('`') || reply.StartsWith('<');
        Assert.Equal(reply, Written(model, answer));
        Assert.Equal(hasCalls ? "tool_calls" : "stop", answer.FinishReason);
        Assert.Equal(hasCalls, answer.Content is null);
        Assert.Equal(answer.WithoutIds, StreamedAnswer.Of(await Chat.EventsAsync(streamed)).WithoutIds);
        AssertCounts(row, completion.GetProperty("usage"), endsAtFence: hasCalls && model == "demo");
    }

    // The closing fence ends an answer; the reference let the model end its turn behind it.
    private static void AssertCounts(JsonElement row, JsonElement usage, bool endsAtFence)
    {
        Assert.Equal(row.GetProperty("prompt_ids").GetArrayLength(), usage.GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(
            row.GetProperty("reply_ids").GetArrayLength() - (endsAtFence ? 1 : 0), usage.GetProperty("completion_tokens").GetInt32());
    }

    private static JsonObject Request(string model, JsonElement row, bool stream) => new()
    {
        ["model"] = model,
        ["temperature"] = 0,
        ["max_tokens"] = row.GetProperty("reply_ids").GetArrayLength(),
        ["stream"] = stream,
        ["messages"] = JsonNode.Parse(row.GetProperty("messages").GetRawText()),
        ["tools"] = JsonNode.Parse(row.GetProperty("tools").GetRawText()),
    };

    /// <summary>The answer as the model must have written it.</summary>
    private static string Written(string model, StreamedAnswer answer) => answer.Content + (answer.Calls.Length == 0 ? ""
        : model == "demo" ? $"```tool_code\n{string.Concat(answer.Calls.Select(InPython))}```"
        : string.Join('\n', answer.Calls.Select(InTags)));

    private static string InPython(StreamedCall call)
    {
        var arguments = JsonElement.Parse(call.Arguments).EnumerateObject()
            .Select(argument => $"{argument.Name}={argument.Value.GetRawText()}");
        return $"{call.Name}({string.Join(", ", arguments)})\n";
    }

    private static string InTags(StreamedCall call) =>
        $"<tool_call>\n{{\"name\": \"{call.Name}\", \"arguments\": {call.Arguments}}}\n</tool_call>";
}
