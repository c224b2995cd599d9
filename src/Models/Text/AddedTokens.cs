using System.Buffers;

namespace MlxActors.Models.Text;

/// <summary>A token found whole in the raw text, ahead of normalization and merges.</summary>
/// <param name="Special">A control token, such as the end of a turn.</param>
internal sealed record AddedToken(string Content, int Id, bool Special);

/// <summary>A stretch of text.</summary>
public readonly record struct TextSpan(int Start, int Length)
{
    public int End => Start + Length;
}

/// <summary>
/// Finds added tokens, leftmost first and the longest at each place. The tokens are sorted, so that reading a character narrows a range
/// of them.
/// </summary>
internal sealed class AddedTokens
{
    private readonly AddedToken[] _sorted;
    private readonly SearchValues<char> _firstChars;

    public AddedTokens(IEnumerable<AddedToken> tokens)
    {
        _sorted = [.. tokens.Where(token => token.Content.Length > 0).OrderBy(token => token.Content, StringComparer.Ordinal)];
        _firstChars = SearchValues.Create([.. _sorted.Select(token => token.Content[0]).Distinct()]);
    }

    /// <summary>The first token at or after <paramref name="from"/>; null when none follows.</summary>
    /// <param name="literals">Stretches, in order, in which the spelling of a control token is only text.</param>
    /// <param name="start">Where it stands.</param>
    public AddedToken? Find(ReadOnlySpan<char> text, int from, ReadOnlySpan<TextSpan> literals, out int start)
    {
        for (start = from; start < text.Length; start++)
        {
            var offset = text[start..].IndexOfAny(_firstChars);
            if (offset < 0)
            {
                break;
            }
            start += offset;
            if (LongestAt(text, start, literals) is { } token)
            {
                return token;
            }
        }
        start = text.Length;
        return null;
    }

    private AddedToken? LongestAt(ReadOnlySpan<char> text, int start, ReadOnlySpan<TextSpan> literals)
    {
        AddedToken? longest = null;
        var (low, high) = (0, _sorted.Length);
        for (var depth = 0; start + depth < text.Length; depth++)
        {
            var c = text[start + depth];
            low = FirstNotBelow(low, high, depth, c);
            high = FirstNotBelow(low, high, depth, c + 1);
            if (low == high)
            {
                break;
            }
            if (_sorted[low] is var token && token.Content.Length == depth + 1)
            {
                longest = token.Special && Touches(literals, start, start + depth + 1) ? longest : token;
                low++;
            }
        }
        return longest;
    }

    /// <summary>
    /// In a range of tokens that share their first <paramref name="depth"/> characters: the first whose next one is not below <paramref
    /// name="c"/>.
    /// </summary>
    private int FirstNotBelow(int low, int high, int depth, int c)
    {
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _sorted[middle].Content[depth] < c ? (middle + 1, high) : (low, middle);
        }
        return low;
    }

    private static bool Touches(ReadOnlySpan<TextSpan> literals, int start, int end)
    {
        var (low, high) = (0, literals.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = literals[middle].End <= start ? (middle + 1, high) : (low, middle);
        }
        return low < literals.Length && literals[low].Start < end;
    }
}
