using System.Collections.Frozen;
using System.Text.Json;
using MlxActors.Golden;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Golden;

/// <summary>The prompts of the demo conversations as the reference's tokens: completed, and turned to text and back.</summary>
[Collection(DemoServer.Collection)]
[TestCaseOrderer(ByDisplayName.TypeName, ByDisplayName.AssemblyName)]
public sealed class DemoCompletionGoldens(DemoServer server)
{
    // Without the rows with tools, whose replies are parsed, and those with images, whose prompts are more than tokens.
    private static readonly FrozenDictionary<string, (string Model, JsonElement Row)> Rows = Goldens.Files("demo", "*.jsonl")
        .AsEnumerable<object?[]>()
        .Select(row => row[0] as string)
        .OfType<string>()
        .SelectMany(file => Goldens.Lines(Goldens.PathOf(file))
            .Select((row, index) => (Name: $"{file}:{index + 1:000}", File: file, Row: row)))
        .Where(row => !row.Row.TryGetProperty("tools", out _) && !row.Row.GetProperty("messages").GetRawText().Contains("\"image_url\""))
        .ToFrozenDictionary(row => row.Name, row => (Path.GetFileNameWithoutExtension(row.File), row.Row));

    public static TheoryData<string?> Names => Goldens.Rows(Rows.Keys.Order(StringComparer.Ordinal));

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task Prompt_OfTokens_GetsTheReplyOfTheReference(string? name)
    {
        var (model, row) = Rows[Goldens.SkipWhenNone(name, "demo")];
        var prompt = row.GetProperty("prompt_ids");
        var length = row.GetProperty("reply_ids").GetArrayLength();

        var completion = await Api.JsonAsync(
            server.Http,
            "/v1/completions",
            $$"""{"model":"{{model}}","prompt":{{prompt.GetRawText()}},"temperature":0,"max_tokens":{{length}}}""");

        Assert.Equal(row.GetProperty("reply").GetString(), completion.GetProperty("choices")[0].GetProperty("text").GetString());
        Assert.Equal(
            (prompt.GetArrayLength(), length),
            (completion.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(),
                completion.GetProperty("usage").GetProperty("completion_tokens").GetInt32()));
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task Tokens_TurnedToTextAndBack_AreThoseOfTheReference(string? name)
    {
        var (model, row) = Rows[Goldens.SkipWhenNone(name, "demo")];
        var tokens = row.GetProperty("prompt_ids").EnumerateArray().Select(token => token.GetInt32()).ToArray();

        var text = (await Api.JsonAsync(
            server.Http, "/detokenize", JsonSerializer.Serialize(new { model, tokens }))).GetProperty("prompt").GetString();
        var back = await Api.JsonAsync(server.Http, "/tokenize", JsonSerializer.Serialize(new { model, prompt = text }));

        Assert.Equal(tokens, back.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32()));
        Assert.Equal(tokens.Length, back.GetProperty("count").GetInt32());
    }
}
