using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Golden.Tokenizers;
using MlxActors.Models.Chat;
using MlxActors.Models.Text;

namespace MlxActors.Golden.Prompts;

public sealed class Gemma3PromptGoldens
{
    private const string Kind = "gemma3 prompts";
    private const int TokensPerImage = 256;

    public static TheoryData<string?> Cases => PromptRows.CasesOf("prompts", "gemma3.jsonl");

    public static TheoryData<string?> RenderedCases =>
        PromptRows.CasesOf("prompts", "gemma3.jsonl", row => row.TryGetProperty("rendered", out _));

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Render_GivesWhatTheTemplateGives(string? name)
    {
        var row = PromptRows.RowOf(Goldens.SkipWhenNone(name, Kind));
        var rendered = Render(row).Match(Gemma3Prompt.Text, error => $"TemplateError: {error.Message}");
        if (row.TryGetProperty("rendered", out var expected))
        {
            Assert.Equal(expected.GetString(), rendered);
            Assert.Equal(PromptRows.Ids(row.GetProperty("ids")), Gemma3Tokenizer().EncodeToIds(rendered));
        }
        else if (row.GetProperty("error").GetString() is { } error && error.StartsWith("TemplateError", StringComparison.Ordinal))
        {
            Assert.Equal(error, rendered);
        }
        else
        {
            // Jinja's own complaint, about the absent first message.
            Assert.Equal("messages", Render(row).Match(_ => null, reason => reason.Field));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(RenderedCases))]
    public void Tokenize_GivesWhatTheProcessorGivesButNoControlTokenFromOutside(string? name)
    {
        var row = PromptRows.RowOf(Goldens.SkipWhenNone(name, Kind));
        var prompt = Render(row).Match(value => value, error => throw new InvalidDataException(error.Message));
        var tokenizer = Gemma3Tokenizer();

        var tokens = Gemma3Prompt.Tokenize(prompt, tokenizer, TokensPerImage).Tokens;

        ImmutableArray<PromptPart> template = [.. prompt.Where(part => part is not PromptPart.Literal)];
        var ofTemplate = Gemma3Prompt.Tokenize(template, tokenizer, TokensPerImage).Tokens.Where(tokenizer.IsSpecial);
        Assert.Equal(ofTemplate, tokens.Where(tokenizer.IsSpecial));
        var literals = prompt.OfType<PromptPart.Literal>();
        var spellsControl = literals.Any(literal => tokenizer.EncodeToIds(literal.Value).Any(tokenizer.IsSpecial));
        if (!spellsControl)
        {
            Assert.Equal(ExpectedTokens(row), tokens);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(RenderedCases))]
    public void Tokenize_SaysWhereTheImagesStand(string? name)
    {
        var row = PromptRows.RowOf(Goldens.SkipWhenNone(name, Kind));
        var prompt = Render(row).Match(value => value, error => throw new InvalidDataException(error.Message));
        var tokenizer = Gemma3Tokenizer();

        var tokenized = Gemma3Prompt.Tokenize(prompt, tokenizer, TokensPerImage);

        Assert.Equal(Enumerable.Range(0, prompt.OfType<PromptPart.Image>().Count()), tokenized.Media.Select(image => image.Index));
        var imageToken = tokenizer.IdOf("<image_soft_token>");
        Assert.Equal(
            Enumerable.Range(0, tokenized.Tokens.Length).Where(position => tokenized.Tokens[position] == imageToken),
            tokenized.Media.SelectMany(image => Enumerable.Range(image.Position, image.Length)));
    }

    private static IEnumerable<int> ExpectedTokens(JsonElement row) => row.TryGetProperty("processor_ids_rle", out var runs)
        ? runs.EnumerateArray().SelectMany(run => Enumerable.Repeat(run[0].GetInt32(), run[1].GetInt32()))
        : PromptRows.Ids(row.GetProperty("ids"));

    private static Native.Results.Result<ImmutableArray<PromptPart>, Models.PromptError> Render(JsonElement row) =>
        Gemma3Prompt.Render(ConversationJson.Read(row), row.GetProperty("add_generation_prompt").GetBoolean());

    private static HuggingFaceTokenizer Gemma3Tokenizer()
    {
        var folder = Goldens.PathOf("tokenizers", "gemma3");
        Skip.IfNot(Directory.Exists(folder), $"no tokenizer of gemma3 under {Goldens.Root}");
        return TokenizerFiles.Of(folder);
    }
}
