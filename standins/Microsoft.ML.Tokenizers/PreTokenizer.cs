using System.Text.RegularExpressions;

namespace Microsoft.ML.Tokenizers;

/// <summary>Cuts a text into the pieces that are tokenized one by one; what lies between pieces is dropped.</summary>
public abstract partial class PreTokenizer
{
    public static PreTokenizer CreateWhiteSpace(IReadOnlyDictionary<string, int> specialTokens = null) =>
        new RegexPreTokenizer(NotBlank(), specialTokens);

    public static PreTokenizer CreateWordOrPunctuation(IReadOnlyDictionary<string, int> specialTokens = null) =>
        new RegexPreTokenizer(WordOrPunctuation(), specialTokens);

    public abstract IEnumerable<(int Offset, int Length)> PreTokenize(string text);

    public abstract IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text);

    [GeneratedRegex(@"\S+")]
    private static partial Regex NotBlank();

    [GeneratedRegex(@"\w+|[^\w\s]+")]
    private static partial Regex WordOrPunctuation();
}

/// <summary>Special tokens are pieces of their own; between them the expression's matches are.</summary>
public sealed class RegexPreTokenizer : PreTokenizer
{
    private readonly Regex _regex;
    private readonly Regex _special;

    public RegexPreTokenizer(Regex regex, IReadOnlyDictionary<string, int> specialTokens)
    {
        _regex = regex ?? throw new ArgumentNullException(nameof(regex));
        if (specialTokens?.Count > 0)
            _special = new Regex(string.Join('|', specialTokens.Keys.Select(Regex.Escape)));
    }

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => PreTokenize(text.ToString());

    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text)
    {
        if (string.IsNullOrEmpty(text))
            yield break;
        var begin = 0;
        for (var special = _special?.Match(text); special is { Success: true }; special = special.NextMatch())
        {
            foreach (var piece in Pieces(text, begin, special.Index))
                yield return piece;
            yield return (special.Index, special.Length);
            begin = special.Index + special.Length;
        }

        foreach (var piece in Pieces(text, begin, text.Length))
            yield return piece;
    }

    private IEnumerable<(int Offset, int Length)> Pieces(string text, int begin, int end)
    {
        for (var match = _regex.Match(text, begin, end - begin); match.Success; match = match.NextMatch())
            yield return (match.Index, match.Length);
    }
}
