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

    public static TheoryData<string?> Cases => CasesOf("prompts", "gemma3.jsonl");

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Render_GivesWhatTheTemplateGives(string? name)
    {
        var row = RowOf(Goldens.SkipWhenNone(name, Kind));
        var rendered = Render(row).Match(Gemma3Prompt.Text, error => $"TemplateError: {error.Message}");
        if (row.TryGetProperty("rendered", out var expected))
        {
            Assert.Equal(expected.GetString(), rendered);
            Assert.Equal(Ids(row.GetProperty("ids")), Gemma3Tokenizer().EncodeToIds(rendered));
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
    [MemberData(nameof(Cases))]
    public void Tokenize_GivesWhatTheProcessorGives(string? name)
    {
        var row = RowOf(Goldens.SkipWhenNone(name, Kind));
        Skip.IfNot(row.TryGetProperty("ids", out var ids), "an error case");
        var prompt = Render(row).Match(value => value, error => throw new InvalidDataException(error.Message));
        var tokenizer = Gemma3Tokenizer();
        Skip.If(prompt.OfType<PromptPart.Literal>().Any(literal => tokenizer.EncodeToIds(literal.Value).Any(tokenizer.IsSpecial)), "text spells control tokens");

        var tokenized = Gemma3Prompt.Tokenize(prompt, tokenizer, TokensPerImage);

        var expected = row.TryGetProperty("processor_ids_rle", out var runs)
            ? runs.EnumerateArray().SelectMany(run => Enumerable.Repeat(run[0].GetInt32(), run[1].GetInt32()))
            : Ids(ids);
        Assert.Equal(expected, tokenized.Tokens);
        var imageToken = tokenizer.IdOf("<image_soft_token>");
        Assert.Equal(Enumerable.Range(0, tokenized.Images.Length), tokenized.Images.Select(image => image.Index));
        Assert.Equal(
            Enumerable.Range(0, tokenized.Tokens.Length).Where(position => tokenized.Tokens[position] == imageToken),
            tokenized.Images.SelectMany(image => Enumerable.Range(image.Position, image.Length)));
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Tokenize_TextThatSpellsControlTokens_GivesNoneBeyondTheTemplates(string? name)
    {
        var row = RowOf(Goldens.SkipWhenNone(name, Kind));
        Skip.IfNot(row.TryGetProperty("ids", out _), "an error case");
        var prompt = Render(row).Match(value => value, error => throw new InvalidDataException(error.Message));
        var tokenizer = Gemma3Tokenizer();
        ImmutableArray<PromptPart> templateOnly = [.. prompt.Where(part => part is not PromptPart.Literal)];

        var tokens = Gemma3Prompt.Tokenize(prompt, tokenizer, TokensPerImage).Tokens;

        Assert.Equal(Gemma3Prompt.Tokenize(templateOnly, tokenizer, TokensPerImage).Tokens.Where(tokenizer.IsSpecial), tokens.Where(tokenizer.IsSpecial));
    }

    internal static TheoryData<string?> CasesOf(string folder, string file) =>
        Goldens.Rows(((IEnumerable<object?[]>)Goldens.Files(folder, file))
            .SelectMany(row => row.OfType<string>())
            .SelectMany(path => Enumerable.Range(1, Goldens.Lines(Goldens.PathOf(path)).Count()).Select(line => $"{path}:{line}")));

    /// <summary>The row of a case, <c>file:line</c>.</summary>
    internal static JsonElement RowOf(string name)
    {
        var colon = name.LastIndexOf(':');
        return Goldens.Lines(Goldens.PathOf(name[..colon])).ElementAt(int.Parse(name.AsSpan(colon + 1)) - 1);
    }

    internal static IEnumerable<int> Ids(JsonElement ids) => ids.EnumerateArray().Select(id => id.GetInt32());

    private static Native.Results.Result<ImmutableArray<PromptPart>, Models.PromptError> Render(JsonElement row) =>
        Gemma3Prompt.Render(ConversationJson.Read(row), row.GetProperty("add_generation_prompt").GetBoolean());

    private static HuggingFaceTokenizer Gemma3Tokenizer()
    {
        var folder = Goldens.PathOf("tokenizers", "gemma3");
        Skip.IfNot(Directory.Exists(folder), $"no tokenizer of gemma3 under {Goldens.Root}");
        return TokenizerFiles.Of(folder);
    }
}
