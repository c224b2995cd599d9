using System.Buffers;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace MlxActors.Standins.Tests.Tokenizers;

public sealed class TokenizerSpecs
{
    private readonly Letters _letters = new();

    [Fact]
    public void EncodeToIds_FollowsFromTheTokens()
    {
        Assert.Equal([97, 98], _letters.EncodeToIds("ab"));
        Assert.Equal([97, 98], _letters.EncodeToIds("ab".AsSpan()));
    }

    [Fact]
    public void EncodeToIds_TellsTheSubclassHowManyTokensAtMost()
    {
        Assert.Equal([97, 98], _letters.EncodeToIds("abcd", 2, out _, out var consumed));
        Assert.Equal(2, consumed);
    }

    [Fact]
    public void EncodeToTokens_GivesValuesAndOffsets()
    {
        var tokens = _letters.EncodeToTokens("ab", out _);
        Assert.Equal([new EncodedToken(97, "a", 0..1), new EncodedToken(98, "b", 1..2)], tokens);
    }

    [Fact]
    public void CountTokens_CountsThem() => Assert.Equal(3, _letters.CountTokens("abc"));

    [Fact]
    public void GetIndexByTokenCount_IsTheEndOfTheLastToken()
    {
        Assert.Equal(2, _letters.GetIndexByTokenCount("abcd", 2, out _, out var count));
        Assert.Equal(2, count);
    }

    [Fact]
    public void GetIndexByTokenCountFromEnd_IsTheStartOfTheFirstToken()
    {
        Assert.Equal(3, _letters.GetIndexByTokenCountFromEnd("abcd", 1, out _, out var count));
        Assert.Equal(1, count);
    }

    [Fact]
    public void Decode_GrowsItsBufferUntilTheTextFits()
    {
        var text = new string('x', 5000);
        Assert.Equal(text, _letters.Decode(_letters.EncodeToIds(text)));
    }

    [Fact]
    public void EncodeSettings_ByDefault_HaveNoLimit() => Assert.Equal(int.MaxValue, new EncodeSettings().MaxTokenCount);

    [Fact]
    public void Tokenizer_ByDefault_HasNoNormalizerAndNoPreTokenizer()
    {
        Assert.Null(_letters.Normalizer);
        Assert.Null(_letters.PreTokenizer);
    }

    [Fact]
    public void RegexPreTokenizer_SplitsSpecialTokensOut()
    {
        var splitter = new RegexPreTokenizer(new Regex(@"\w+"), new Dictionary<string, int> { ["<end>"] = 1 });
        Assert.Equal([(0, 2), (2, 5), (8, 1)], splitter.PreTokenize("ab<end> c"));
    }

    [Fact]
    public void PreTokenizer_ByWhiteSpace_KeepsTheWords() =>
        Assert.Equal([(0, 2), (3, 3)], PreTokenizer.CreateWhiteSpace().PreTokenize("ab cd!"));

    [Fact]
    public void PreTokenizer_ByWordOrPunctuation_PartsThem() =>
        Assert.Equal([(0, 2), (2, 1), (4, 1)], PreTokenizer.CreateWordOrPunctuation().PreTokenize("ab! c"));

    /// <summary>Every char is a token, and its own id.</summary>
    private sealed class Letters : Tokenizer
    {
        public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
        {
            idsConsumed = charsWritten = 0;
            foreach (var id in ids)
            {
                if (charsWritten == destination.Length)
                    return OperationStatus.DestinationTooSmall;
                destination[charsWritten++] = (char)id;
                idsConsumed++;
            }

            return OperationStatus.Done;
        }

        protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
        {
            var source = text ?? textSpan.ToString();
            var tokens = source.Take(settings.MaxTokenCount).Select((x, i) => new EncodedToken(x, $"{x}", i..(i + 1))).ToList();
            return new EncodeResults<EncodedToken> { Tokens = tokens, CharsConsumed = tokens.Count };
        }
    }
}
