using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using MlxActors.Generation.Constraints.Grammars;

namespace MlxActors.Generation.Constraints.Schemas;

/// <summary>
/// Reads the regular part of ECMAScript's patterns: literals, classes, groups, alternatives, quantifiers, looking ahead, <c>$</c>, and
/// <c>^</c> at the beginning. A pattern without an anchor may match anywhere, as JSON Schema has it.
/// </summary>
internal sealed class PatternReader
{
    private const int MaxDepth = 32;
    private const int MostRepeats = 1000;

    private static readonly CodePoints Digits = CodePoints.Of(('0', '9'));
    private static readonly CodePoints WordCharacters = CodePoints.Of(('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_'));

    // Dialects differ in what else is a space: answers hold only those that all know, and none of the others where there must be no space.
    private static readonly CodePoints Spaces = CodePoints.Of((9, 13), (32, 32));

    private static readonly CodePoints NoSpaces = CodePoints.All.Except(CodePoints.Of(
        (9, 13), (0x1C, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x180E, 0x180E), (0x2000, 0x200A), (0x2028, 0x2029),
        (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)));

    private static readonly CodePoints LineEnds = CodePoints.Of((10, 10), (13, 13), (0x2028, 0x2029));

    private readonly int[] _characters;
    private int _at;

    /// <summary>Whether no character of the text can have been taken yet, so that <c>^</c> says nothing.</summary>
    private bool _isAtStart;

    private PatternReader(string pattern) => _characters = [.. pattern.EnumerateRunes().Select(rune => rune.Value)];

    private int Next => _at < _characters.Length ? _characters[_at] : -1;

    private int Second => _at + 1 < _characters.Length ? _characters[_at + 1] : -1;

    /// <param name="fault">What is not supported, to be read behind the keyword; null when all is.</param>
    public static Pattern? Read(string pattern, out string? fault)
    {
        try
        {
            fault = null;
            return new PatternReader(pattern).Whole();
        }
        catch (FormatException e)
        {
            fault = e.Message;
            return null;
        }
    }

    private Pattern.Choice Whole()
    {
        var options = ImmutableArray.CreateBuilder<Pattern>();
        do
        {
            _isAtStart = Take('^');
            var start = _isAtStart ? Pattern.Nothing : Pattern.Anything;
            options.Add(new Pattern.Sequence([start, Sequence(0, isWhole: true), Take('$') ? Pattern.Nothing : Pattern.Anything]));
        }
        while (Take('|'));
        return Next < 0 ? new Pattern.Choice(options.ToImmutable()) : throw NotSupported($"'{Text(Next)}' at this place");
    }

    private Pattern Alternatives(int depth)
    {
        var options = ImmutableArray.CreateBuilder<Pattern>();
        do
        {
            options.Add(Sequence(depth, isWhole: false));
        }
        while (Take('|'));
        return options.Count == 1 ? options[0] : new Pattern.Choice(options.ToImmutable());
    }

    /// <param name="isWhole">Whether nothing comes behind it, so that its last <c>$</c> is left to the caller.</param>
    private Pattern.Sequence Sequence(int depth, bool isWhole)
    {
        var parts = ImmutableArray.CreateBuilder<Pattern>();
        while (Next is not (-1 or '|' or ')') && !(isWhole && Next == '$' && Second is (-1 or '|' or ')')))
        {
            var part = Atom(depth);
            if (part is Pattern.Ahead)
            {
                parts.Add(Next is '*' or '+' or '?' ? throw NotSupported($"'{Text(Next)}' behind what takes no character") : part);
                continue;
            }
            _isAtStart = false;
            parts.Add(Quantified(part));
        }
        return new Pattern.Sequence(parts.ToImmutable());
    }

    private Pattern Atom(int depth)
    {
        var c = _characters[_at++];
        switch (c)
        {
            case '(':
                return Group(depth + 1);
            case '[':
                return new Pattern.One(NotEmpty(Class()));
            case '.':
                return new Pattern.One(CodePoints.All.Except(LineEnds));
            case '\\':
                return new Pattern.One(NotEmpty(Escape(inClass: false)));
            case '$':
                return new Pattern.Ahead(Pattern.Nothing, Holds: true);
            case '^':
                throw NotSupported("'^' within it");
            case '*' or '+' or '?':
                throw NotSupported($"'{Text(c)}' behind nothing");
            default:
                return new Pattern.One(CodePoints.Of((c, c)));
        }
    }

    private Pattern Group(int depth)
    {
        if (depth > MaxDepth)
        {
            throw NotSupported($"more than {MaxDepth} groups within each other");
        }
        if (Take('?'))
        {
            if (Next is '=' or '!')
            {
                return Ahead(Take('='), depth);
            }
            if (Take('<') && Next is not ('=' or '!'))
            {
                while (Next is not (-1 or '>'))
                {
                    _at++;
                }
                Expect('>');
            }
            else if (!Take(':'))
            {
                throw NotSupported("looking behind, or flags");
            }
        }
        _isAtStart = false;
        var inner = Alternatives(depth);
        Expect(')');
        return inner;
    }

    private Pattern.Ahead Ahead(bool holds, int depth)
    {
        _at += holds ? 0 : 1;
        var (isAtStart, options) = (_isAtStart, ImmutableArray.CreateBuilder<Pattern>());
        do
        {
            _isAtStart = isAtStart;
            _ = isAtStart && Take('^');
            options.Add(new Pattern.Sequence([Sequence(depth, isWhole: true), Take('$') ? Pattern.Nothing : Pattern.Anything]));
        }
        while (Take('|'));
        Expect(')');
        _isAtStart = isAtStart;
        return new Pattern.Ahead(new Pattern.Choice(options.ToImmutable()), holds);
    }

    private Pattern Quantified(Pattern atom)
    {
        var start = _at;
        (int Least, int? Most)? count = Next switch
        {
            '*' => (0, null),
            '+' => (1, null),
            '?' => (0, 1),
            _ => null,
        };
        if (count is not null)
        {
            _at++;
        }
        else if (Take('{'))
        {
            count = Braces();
            if (count is null)
            {
                // It begins no quantifier, and stands for itself.
                _at = start;
                return atom;
            }
        }
        if (count is not { } range)
        {
            return atom;
        }
        Take('?');
        if (range.Least > MostRepeats || range.Most > MostRepeats || range.Most < range.Least)
        {
            throw NotSupported($"quantifiers that are above {MostRepeats} or the wrong way round");
        }
        return new Pattern.Repeat(atom, range.Least, range.Most);
    }

    private (int Least, int? Most)? Braces()
    {
        if (Number() is not { } least)
        {
            return null;
        }
        int? most = least;
        if (Take(','))
        {
            most = Number();
        }
        return Take('}') ? (least, most) : null;
    }

    private int? Number()
    {
        var digits = "";
        while (Next is >= '0' and <= '9' && digits.Length < 6)
        {
            digits += (char)_characters[_at++];
        }
        return digits.Length > 0 ? int.Parse(digits, CultureInfo.InvariantCulture) : null;
    }

    private CodePoints Class()
    {
        var isNegated = Take('^');
        var all = CodePoints.Of();
        while (Next is not (-1 or ']'))
        {
            var first = ClassAtom();
            if (Next == '-' && Second is not (-1 or ']'))
            {
                _at++;
                var last = ClassAtom();
                all = all.Union(Single(first) is { } low && Single(last) is { } high && low <= high
                    ? CodePoints.Of((low, high)).Intersect(CodePoints.All)
                    : throw NotSupported("a range of characters that is the wrong way round, or of classes"));
            }
            else
            {
                all = all.Union(first);
            }
        }
        Expect(']');
        return isNegated ? CodePoints.All.Except(all) : all;
    }

    private CodePoints ClassAtom()
    {
        var c = _characters[_at++];
        return c == '\\' ? Escape(inClass: true) : CodePoints.Of((c, c));
    }

    private static int? Single(CodePoints characters) =>
        characters.Ranges is [var (first, last)] && first == last ? first : null;

    private CodePoints Escape(bool inClass)
    {
        var c = Next;
        _at++;
        return c switch
        {
            'd' => Digits,
            'D' => CodePoints.All.Except(Digits),
            'w' => WordCharacters,
            'W' => CodePoints.All.Except(WordCharacters),
            's' => Spaces,
            'S' => NoSpaces,
            'n' => One('\n'),
            'r' => One('\r'),
            't' => One('\t'),
            'f' => One('\f'),
            'v' => One('\v'),
            '0' when Next is not (>= '0' and <= '9') => One(0),
            'b' when inClass => One('\b'),
            'x' => One(Hex(2)),
            'u' => One(Hex(4)),
            -1 => throw NotSupported("'\\' at its end"),
            _ when c < 128 && char.IsLetterOrDigit((char)c) => throw NotSupported($"'\\{Text(c)}'"),
            _ => One(c),
        };
    }

    private int Hex(int digits)
    {
        var text = string.Concat(_characters.Skip(_at).Take(digits).Select(Text));
        _at += digits;
        return text.Length == digits && int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw NotSupported("an escape without its digits");
    }

    private CodePoints One(int c) => Rune.IsValid(c) ? CodePoints.Of((c, c)) : throw NotSupported("half of a surrogate pair");

    private CodePoints NotEmpty(CodePoints characters) => characters.IsEmpty ? throw NotSupported("an empty class") : characters;

    private bool Take(int c)
    {
        var isNext = Next == c;
        _at += isNext ? 1 : 0;
        return isNext;
    }

    private void Expect(int c)
    {
        if (!Take(c))
        {
            throw NotSupported($"it without '{Text(c)}'");
        }
    }

    private static string Text(int c) => new Rune(c).ToString();

    private FormatException NotSupported(string what) => new($"does not support {what} (at character {Math.Min(_at, _characters.Length)}).");
}
