using MlxActors.Models.Chat;

namespace MlxActors.Golden.Prompts;

public sealed class Gemma3nPromptGoldens
{
    private const string Kind = "gemma3n prompts";

    public static TheoryData<string?> Cases => PromptRows.CasesOf("prompts", "gemma3n.jsonl");

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Render_GivesWhatTheTemplateGives(string? name)
    {
        var row = PromptRows.RowOf(Goldens.SkipWhenNone(name, Kind));

        var rendered = Gemma3nPrompt.Render(ConversationJson.Read(row), row.GetProperty("add_generation_prompt").GetBoolean())
            .Match(Gemma3nPrompt.Text, error => $"TemplateError: {error.Message}");

        Assert.Equal(row.GetProperty("rendered").GetString(), rendered);
    }
}
