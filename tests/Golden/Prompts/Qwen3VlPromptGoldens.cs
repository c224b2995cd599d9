using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Golden.Tokenizers;
using MlxActors.Models.Chat;
using MlxActors.Models.Text;

namespace MlxActors.Golden.Prompts;

public sealed class Qwen3VlPromptGoldens
{
    private const string Kind = "qwen3_vl prompts";

    public static TheoryData<string?> Cases => PromptRows.CasesOf("prompts", "qwen3_vl.jsonl");

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Render_GivesWhatTheTemplateGives(string? name)
    {
        var row = PromptRows.RowOf(Goldens.SkipWhenNone(name, Kind));

        var rendered = Qwen3VlPrompt.Text(Render(row));

        Assert.Equal(row.GetProperty("rendered").GetString(), rendered);
        Assert.Equal(PromptRows.Ids(row.GetProperty("ids")), QwenTokenizer().EncodeToIds(rendered));
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Tokenize_GivesTheReferencesIdsButNoControlTokenFromOutside(string? name)
    {
        var row = PromptRows.RowOf(Goldens.SkipWhenNone(name, Kind));
        var prompt = Render(row);
        var tokenizer = QwenTokenizer();

        var tokens = Tokenize(prompt, tokenizer).Tokens;

        var ofTemplate = Tokenize([.. prompt.Where(part => part is not PromptPart.Literal)], tokenizer).Tokens.Where(tokenizer.IsSpecial);
        Assert.Equal(ofTemplate, tokens.Where(tokenizer.IsSpecial));
        var literals = prompt.OfType<PromptPart.Literal>();
        var spellsControl = literals.Any(literal => tokenizer.EncodeToIds(literal.Value).Any(tokenizer.IsSpecial));
        if (!spellsControl)
        {
            Assert.Equal(PromptRows.Ids(row.GetProperty("ids")), tokens);
        }
    }

    private static ImmutableArray<PromptPart> Render(JsonElement row) =>
        Qwen3VlPrompt.Render(ConversationJson.Read(row), row.GetProperty("add_generation_prompt").GetBoolean());

    /// <summary>The template writes one token for each medium, a video as one group without a label.</summary>
    private static TokenizedPrompt Tokenize(ImmutableArray<PromptPart> prompt, HuggingFaceTokenizer tokenizer)
    {
        var images = prompt.OfType<PromptPart.Image>().Select(image => (image.Index, Tokens: (MediaTokens)new MediaTokens.Image(1)));
        var videos = prompt.OfType<PromptPart.Video>().Select(video => (video.Index, Tokens: (MediaTokens)new MediaTokens.Video([""], 1)));
        return Qwen3VlPrompt.Tokenize(prompt, tokenizer, images.Concat(videos).ToDictionary(media => media.Index, media => media.Tokens));
    }

    private static HuggingFaceTokenizer QwenTokenizer()
    {
        var folder = Goldens.PathOf("tokenizers", "qwen3");
        Skip.IfNot(Directory.Exists(folder), $"no tokenizer of qwen3 under {Goldens.Root}");
        return TokenizerFiles.Of(folder);
    }
}
