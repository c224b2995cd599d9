using System.Text.Json;
using MlxActors.Golden.Tokenizers;
using MlxActors.Models.Chat;

namespace MlxActors.Golden.Prompts;

/// <summary>The prompts of the conversations with the demo model: template, tools, images and tokenizer at once.</summary>
public sealed class DemoPromptGoldens
{
    private static readonly string Model = Path.Combine(Goldens.Repository, "models", "demo");

    public static TheoryData<string?> Cases => Gemma3PromptGoldens.CasesOf("demo", "demo.jsonl");

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Tokenize_GivesThePromptOfTheReference(string? name)
    {
        var row = Gemma3PromptGoldens.RowOf(Goldens.SkipWhenNone(name, "demo"));
        var config = JsonElement.Parse(File.ReadAllText(Path.Combine(Model, "config.json")));

        var prompt = Gemma3Prompt.Render(ConversationJson.Read(row))
            .Match(value => value, error => throw new InvalidDataException(error.Message));
        var tokens = Gemma3Prompt.Tokenize(prompt, TokenizerFiles.Of(Model), config.GetProperty("mm_tokens_per_image").GetInt32()).Tokens;

        Assert.Equal(Gemma3PromptGoldens.Ids(row.GetProperty("prompt_ids")), tokens);
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Decode_OneTokenAtATime_GivesTheReplyOfTheReference(string? name)
    {
        var row = Gemma3PromptGoldens.RowOf(Goldens.SkipWhenNone(name, "demo"));
        var decoder = TokenizerFiles.Of(Model).NewDecoder(skipSpecialTokens: true);

        var reply = string.Concat(Gemma3PromptGoldens.Ids(row.GetProperty("reply_ids")).Select(decoder.Add)) + decoder.Flush();

        Assert.Equal(row.GetProperty("reply").GetString(), reply);
    }
}
