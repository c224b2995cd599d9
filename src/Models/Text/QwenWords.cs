using System.Globalization;
using System.Text;

namespace MlxActors.Models.Text;

/// <summary>
/// Qwen's pattern as a scanner over characters. Its alternatives are tried in order, each as greedy as the expression, without its
/// backtracking.
/// </summary>
internal static class QwenWords
{
    public const string Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private enum Kind
    {
        Letter,
        Number,
        Space,
        Newline,
        Other,
    }

    /// <summary>The end of the word that begins at <paramref name="start"/>.</summary>
    public static int WordEnd(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'' && ContractionLength(text[(start + 1)..]) is > 0 and var length)
        {
            return start + 1 + length;
        }
        var kind = KindAt(text, start, out var next);
        var following = next < text.Length ? KindAt(text, next, out _) : Kind.Newline;
        return kind switch
        {
            Kind.Letter => RunEnd(text, next, Kind.Letter),
            Kind.Space or Kind.Other when following == Kind.Letter => RunEnd(text, next, Kind.Letter),
            Kind.Number => next,
            Kind.Other => RunEnd(text, RunEnd(text, next, Kind.Other), Kind.Newline),
            Kind.Space when text[start] == ' ' && following == Kind.Other => RunEnd(text, RunEnd(text, next, Kind.Other), Kind.Newline),
            _ => SpaceEnd(text, start),
        };
    }

    /// <summary>Length of what follows the apostrophe. U+017F, the long s, folds to s.</summary>
    private static int ContractionLength(ReadOnlySpan<char> text) => text switch
    {
        ['s' or 'S' or '\u017F' or 't' or 'T', ..] => 1,
        ['r' or 'R' or 'v' or 'V', 'e' or 'E', ..] => 2,
        ['m' or 'M', ..] => 1,
        ['l' or 'L', 'l' or 'L', ..] => 2,
        ['d' or 'D', ..] => 1,
        _ => 0,
    };

    /// <summary>
    /// White space up to its last newline; without one, all of it but the last character, which belongs to the word that follows; alone,
    /// itself.
    /// </summary>
    private static int SpaceEnd(ReadOnlySpan<char> text, int start)
    {
        var (end, last, afterNewline) = (start, start, -1);
        while (end < text.Length && KindAt(text, end, out var next) is (Kind.Space or Kind.Newline) and var kind)
        {
            (last, end) = (end, next);
            afterNewline = kind == Kind.Newline ? end : afterNewline;
        }
        return afterNewline > 0 ? afterNewline : end == text.Length || last == start ? end : last;
    }

    private static int RunEnd(ReadOnlySpan<char> text, int start, Kind kind)
    {
        while (start < text.Length && KindAt(text, start, out var next) == kind)
        {
            start = next;
        }
        return start;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, int at, out int next)
    {
        var c = text[at];
        if (c < 0x80)
        {
            next = at + 1;
            return char.IsAsciiLetter(c) ? Kind.Letter
                : char.IsAsciiDigit(c) ? Kind.Number
                : c is '\r' or '\n' ? Kind.Newline
                : c is ' ' or (>= '\t' and <= '\r') ? Kind.Space
                : Kind.Other;
        }
        Rune.DecodeFromUtf16(text[at..], out var rune, out var length);
        next = at + length;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Rune.IsWhiteSpace(rune) ? Kind.Space : Kind.Other,
        };
    }
}
