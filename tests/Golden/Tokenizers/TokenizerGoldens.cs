using System.Text;
using System.Text.Json;

namespace MlxActors.Golden.Tokenizers;

public sealed class TokenizerGoldens
{
    private const string Kind = "tokenizers";

    /// <summary>Gemma's vocabulary has no "▁" of its own: it is how a space is spelt, and decodes to one.</summary>
    private const char SpelledSpace = '▁';

    public static TheoryData<string?> Families => Goldens.Files(Kind, "ids.jsonl");

    [SkippableTheory]
    [MemberData(nameof(Families))]
    public void Encode_EveryText_GivesTheIdsOfTheReference(string? file)
    {
        var (path, tokenizer) = Open(file);
        Assert.DoesNotContain(Goldens.Lines(path), row => !tokenizer.EncodeToIds(TextOf(row)).SequenceEqual(IdsOf(row)));
    }

    [SkippableTheory]
    [MemberData(nameof(Families))]
    public void Decode_EveryRow_GivesTheTextThatWasEncoded(string? file)
    {
        var (path, tokenizer) = Open(file);
        var spellsSpace = tokenizer.IdOf(SpelledSpace.ToString()) is not null;
        Assert.DoesNotContain(Goldens.Lines(path), row =>
        {
            var decoded = tokenizer.Decode(IdsOf(row));
            return spellsSpace ? decoded != TextOf(row).Replace(SpelledSpace, ' ') : !AreEquivalent(decoded, TextOf(row));
        });
    }

    [SkippableTheory]
    [MemberData(nameof(Families))]
    public void EncodeWithOffsets_EveryText_GivesTheSameIdsAndCoversTheText(string? file)
    {
        var (path, tokenizer) = Open(file);
        Assert.All(Goldens.Lines(path), row =>
        {
            var text = TextOf(row);
            var tokens = tokenizer.EncodeToTokens(text, out var normalized);
            Assert.Equal(IdsOf(row), tokens.Select(token => token.Id));
            var end = 0;
            foreach (var token in tokens)
            {
                // Tokens inside a character share it.
                Assert.InRange(token.Offset.Start.Value, Math.Max(0, end - 2), end);
                Assert.True(token.Offset.End.Value >= end);
                end = token.Offset.End.Value;
            }
            Assert.Equal((normalized ?? text).Length, end);
        });
    }

    /// <summary>A tokenizer that normalizes gives the text back in canonical composition, that is, an equivalent one.</summary>
    private static bool AreEquivalent(string decoded, string text) =>
        decoded == text || decoded.Normalize(NormalizationForm.FormD) == text.Normalize(NormalizationForm.FormD);

    private static (string Path, Models.Text.HuggingFaceTokenizer Tokenizer) Open(string? file)
    {
        var path = Goldens.PathOf(Goldens.SkipWhenNone(file, Kind));
        return (path, TokenizerFiles.Of(Path.GetDirectoryName(path)!));
    }

    private static string TextOf(JsonElement row) => row.GetProperty("text").GetString()!;

    private static int[] IdsOf(JsonElement row) => [.. row.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
}
