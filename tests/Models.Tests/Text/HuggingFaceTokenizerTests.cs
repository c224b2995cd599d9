using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Xunit;
using MlxActors.Models.Text;
using static MlxActors.Models.Tests.Text.SmallTokenizer;

namespace MlxActors.Models.Tests.Text;

public sealed class HuggingFaceTokenizerTests
{
    private const int E2 = FirstByte + 0xE2;
    private const int Byte82 = FirstByte + 0x82;
    private const int AC = FirstByte + 0xAC;

    private static readonly HuggingFaceTokenizer Tokenizer = Read(Characters());

    [Theory]
    [InlineData("", new int[0])]
    [InlineData("ab", new[] { AB })]
    [InlineData("aab", new[] { A, AB })]
    [InlineData("ababab", new[] { AB, AB, AB })]
    [InlineData("ababa", new[] { AB, ABA })]
    [InlineData(" a b", new[] { SpaceA, Space, B })]
    [InlineData("  a", new[] { Space, SpaceA })]
    [InlineData(" ab", new[] { Space, AB })]
    [InlineData("a\n\n\nb", new[] { A, TwoNewlines, Newline, B })]
    [InlineData("a<end>b", new[] { A, End, B })]
    [InlineData("€", new[] { E2, Byte82, AC })]
    public void EncodeToIds_KnownText_MergesTheEarliestRuleFirst(string text, int[] ids) => Assert.Equal(ids, Tokenizer.EncodeToIds(text));

    [Fact]
    public void EncodeToIds_LoneSurrogate_CountsAsReplacementCharacter() =>
        Assert.Equal(Tokenizer.EncodeToIds("a\uFFFD"), Tokenizer.EncodeToIds("a" + '\uD800'));

    [Fact]
    public void EncodeToIds_WithoutNormalization_KeepsTheSpace() =>
        Assert.Equal([FirstByte + ' '], Tokenizer.EncodeToIds(" ", considerNormalization: false));

    [Theory]
    [InlineData(1, new[] { A }, 1)]
    [InlineData(2, new[] { A }, 1)]
    [InlineData(3, new[] { A }, 1)]
    [InlineData(4, new[] { A, E2, Byte82, AC }, 2)]
    [InlineData(5, new[] { A, E2, Byte82, AC, B }, 3)]
    [InlineData(9, new[] { A, E2, Byte82, AC, B, Newline }, 4)]
    public void EncodeToIds_AtMostSoManyTokens_NeverPartsACharacter(int most, int[] ids, int charsConsumed)
    {
        Assert.Equal(ids, Tokenizer.EncodeToIds("a€b\n", most, out var normalized, out var consumed));
        Assert.Equal((charsConsumed, "a€b\n"), (consumed, normalized));
        Assert.Equal(charsConsumed, Tokenizer.GetIndexByTokenCount("a€b\n", most, out _, out var count));
        Assert.Equal(ids.Length, count);
    }

    [Theory]
    [InlineData(1, 3, 1)]
    [InlineData(2, 2, 2)]
    [InlineData(4, 2, 2)]
    [InlineData(5, 1, 5)]
    [InlineData(6, 0, 6)]
    [InlineData(9, 0, 6)]
    public void GetIndexByTokenCountFromEnd_NeverPartsACharacter(int most, int index, int count)
    {
        Assert.Equal(index, Tokenizer.GetIndexByTokenCountFromEnd("a€b\n", most, out _, out var found));
        Assert.Equal(count, found);
    }

    [Fact]
    public void EncodeToTokens_GivesSpellingsAndPlacesInTheNormalizedText()
    {
        var tokens = Tokenizer.EncodeToTokens(" ab€<end>", out var normalized);

        Assert.Equal("▁ab€<end>", normalized);
        Assert.Equal(
            [("▁", 0..1), ("ab", 1..3), ("<0xE2>", 3..4), ("<0x82>", 3..4), ("<0xAC>", 3..4), ("<end>", 4..9)],
            tokens.Select(token => (token.Value, token.Offset)));
    }

    [Property(MaxTest = 500)]
    public bool EncodeToIds_AnyTextAndLimit_GivesTheFirstTokensOfTheWhole(NonNull<string> text, PositiveInt limit)
    {
        var whole = Tokenizer.EncodeToIds(text.Get);
        var some = Tokenizer.EncodeToIds(text.Get, limit.Get, out var normalized, out var consumed);
        return some.Count <= limit.Get
            && whole.Take(some.Count).SequenceEqual(some)
            && whole.Count == Tokenizer.CountTokens(text.Get)
            && whole.SequenceEqual(Tokenizer.EncodeToTokens(text.Get, out _).Select(token => token.Id))
            && (some.Count < whole.Count || consumed == (normalized ?? text.Get).Length);
    }

    [Fact]
    public void Encode_LiteralThatSpellsAControlToken_IsPlainText()
    {
        const string Text = "<end>a<end>";
        var plain = Tokenizer.EncodeToIds("<").Concat(Tokenizer.EncodeToIds("end")).Concat(Tokenizer.EncodeToIds(">"));

        Assert.Equal([End, A, .. plain], Tokenizer.Encode(Text, [new TextSpan(5, 6)]).ToArray());
        Assert.Equal([.. plain, A, End], Tokenizer.Encode(Text, [new TextSpan(4, 1)]).ToArray());
        Assert.Equal([End, A, End], Tokenizer.Encode(Text, [new TextSpan(5, 1), new TextSpan(11, 0)]).ToArray());
    }

    [Fact]
    public void Encode_LiteralNewlines_JoinWithThoseOfTheTemplate() =>
        Assert.Equal([TwoNewlines], Tokenizer.Encode("\n\n", [new TextSpan(1, 1)]).ToArray());

    [Fact]
    public void EncodeToIds_FromManyThreads_GivesTheSameIds()
    {
        string[] texts =
        [
            .. Enumerable.Range(0, 2000).Select(i => string.Concat(Enumerable.Range(0, i % 40).Select(j => "ab €"[i * j % 4]))),
        ];
        var expected = texts.Select(text => Tokenizer.EncodeToIds(text)).ToArray();

        var shared = Read(Characters());
        var found = texts.AsParallel().AsOrdered().WithDegreeOfParallelism(8).Select(text => shared.EncodeToIds(text)).ToArray();

        Assert.Equal(expected, found);
    }

    [Theory]
    [InlineData(true, "aXYb", new[] { A, Unknown, B })]
    [InlineData(false, "aXYb", new[] { A, Unknown, Unknown, B })]
    [InlineData(true, "XaX", new[] { Unknown, A, Unknown })]
    public void EncodeToIds_WithoutByteFallback_GivesTheUnknownToken(bool fuses, string text, int[] ids)
    {
        var file = Characters();
        file["model"]!["byte_fallback"] = false;
        file["model"]!["fuse_unk"] = fuses;
        Assert.Equal(ids, Read(file).EncodeToIds(text));
    }

    [Fact]
    public void Decode_WithoutDecoder_PutsASpaceBetweenTokens()
    {
        var file = Characters();
        file["decoder"] = null;
        Assert.Equal("a ab <end>", Read(file).Decode([A, AB, End]));
    }

    [Fact]
    public void Decode_UnknownIds_AreLeftOut() => Assert.Equal("ab", Tokenizer.Decode([A, -1, 99, int.MaxValue, B]));

    [Fact]
    public void Prefix_IsWhatTheTemplateProcessorPutsInFront()
    {
        var file = Characters();
        file["post_processor"] = JsonNode.Parse(
            """
            { "type": "TemplateProcessing", "single": [{ "SpecialToken": { "id": "<end>" } }, { "Sequence": { "id": "A" } }],
              "special_tokens": { "<end>": { "id": "<end>", "ids": [1] } } }
            """);
        Assert.Equal([End], Read(file).Prefix.ToArray());
        Assert.Empty(Read(file).Suffix);
    }

    [Theory]
    [InlineData("/normalizer/type", "\"Lowercase\"", "normalizer.type", "\"Lowercase\"")]
    [InlineData("/decoder/type", "\"WordPiece\"", "decoder.type", "\"WordPiece\"")]
    [InlineData("/model/type", "\"Unigram\"", "model.type", "\"Unigram\"")]
    [InlineData("/model/ignore_merges", "true", "model.ignore_merges", "true")]
    [InlineData("/model/dropout", "0.1", "model.dropout", "0.1")]
    [InlineData("/model/unk_token", "\"nobody\"", "model.unk_token", "nobody")]
    [InlineData("/model/vocab", "[]", "model.vocab", "StartArray")]
    [InlineData("/model/merges", "{}", "model.merges", "StartObject")]
    [InlineData("/model/merges", "[[\"a\"]]", "model.merges[0]", "1")]
    [InlineData("/model/merges", "[\"a b c\"]", "model.merges[0]", "a b c")]
    [InlineData("/pre_tokenizer", "{\"type\": \"Whitespace\"}", "pre_tokenizer.type", "\"Whitespace\"")]
    [InlineData("/post_processor", "{\"type\": \"BertProcessing\"}", "post_processor.type", "\"BertProcessing\"")]
    [InlineData("/added_tokens", "[{\"content\": \"a\", \"id\": 2, \"lstrip\": true}]", "added_tokens[0].lstrip", "true")]
    [InlineData("/added_tokens", "[{\"content\": \"a\", \"id\": 77}]", "added_tokens", "77")]
    public void Read_FileOfAnotherKind_SaysWhereAndWhat(string pointer, string value, string place, string found)
    {
        var file = Characters();
        var path = pointer.Split('/');
        var parent = path.Length == 3 ? file[path[1]]!.AsObject() : file;
        parent[path[^1]] = JsonNode.Parse(value);

        var message = Outcome(file.ToJsonString()).Match(_ => "", error => error.Message);

        Assert.StartsWith($"tokenizer.json: {place}: expected ", message);
        Assert.Contains(found, message[message.IndexOf("found", StringComparison.Ordinal)..]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"\ud800": 1}, "merges": []}}""")]
    public void Read_NoJson_IsAnError(string json) => Assert.Equal("tokenizer.json", Outcome(json).Match(_ => null, error => error.File));
}
