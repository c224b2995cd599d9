using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MlxActors.Models.Chat;

/// <summary>Reads Python literals from a text, one after the other, and gives them as JSON. Total: what is none reads as null.</summary>
internal sealed partial class PythonReader(string text)
{
    /// <summary>Deeper literals than any schema asks for are refused rather than risked on the stack.</summary>
    private const int MaxDepth = 64;

    private int _at;

    public bool IsAtEnd
    {
        get
        {
            SkipSpace();
            return _at == text.Length;
        }
    }

    public bool IsAt(char c)
    {
        SkipSpace();
        return _at < text.Length && text[_at] == c;
    }

    /// <summary>Takes the character, when it is next.</summary>
    public bool Take(char c)
    {
        var isThere = IsAt(c);
        _at += isThere ? 1 : 0;
        return isThere;
    }

    /// <summary>
    /// The name that is next: letters, digits, underscores and hyphens, which names of tools may hold; empty when there is none.
    /// </summary>
    public string Word()
    {
        SkipSpace();
        var name = NamePattern().Match(text, _at).Value;
        _at += name.Length;
        return name;
    }

    /// <summary>The name of a keyword argument with its equals sign; null when the next is none.</summary>
    public string? Keyword()
    {
        SkipSpace();
        var keyword = KeywordPattern().Match(text, _at);
        _at += keyword.Length;
        return keyword.Success ? keyword.Groups[1].Value : null;
    }

    /// <summary>The literal that is next, as JSON.</summary>
    public string? Value(int depth = 0)
    {
        SkipSpace();
        if (_at == text.Length || depth > MaxDepth)
        {
            return null;
        }
        return text[_at] switch
        {
            '[' => Items('[', ']', depth),
            '(' => Items('(', ')', depth),
            '{' => Members(depth),
            _ => StringStart().IsMatch(text, _at) ? Strings() : Number() ?? Constant(),
        };
    }

    /// <summary>A list or a tuple; a single value in parentheses is that value.</summary>
    private string? Items(char open, char close, int depth)
    {
        Take(open);
        var items = new List<string>();
        var isTuple = open == '[';
        while (!Take(close))
        {
            if (Value(depth + 1) is not { } item)
            {
                return null;
            }
            items.Add(item);
            var hasComma = Take(',');
            if (!hasComma && !IsAt(close))
            {
                return null;
            }
            isTuple |= hasComma;
        }
        return items.Count == 1 && !isTuple ? items[0] : $"[{string.Join(", ", items)}]";
    }

    private string? Members(int depth)
    {
        Take('{');
        var members = new List<string>();
        while (!Take('}'))
        {
            if (Value(depth + 1) is not { } key || key is ['[' or '{', ..] || !Take(':') || Value(depth + 1) is not { } value)
            {
                return null;
            }
            // A key that is no string becomes one, as json.dumps has it.
            members.Add($"{(key[0] == '"' ? key : $"\"{key}\"")}: {value}");
            if (!Take(',') && !IsAt('}'))
            {
                return null;
            }
        }
        return $"{{{string.Join(", ", members)}}}";
    }

    private string? Number()
    {
        var number = NumberPattern().Match(text, _at);
        var (whole, fraction) = (number.Groups["whole"].Value.Replace("_", ""), number.Groups["fraction"].Value.Replace("_", ""));
        if (!number.Success || whole.Length + fraction.Length == 0)
        {
            return null;
        }
        _at += number.Length;
        var sign = number.Groups["sign"].Value == "-" ? "-" : "";
        var digits = whole.TrimStart('0');
        return sign + (digits.Length > 0 ? digits : "0")
            + (number.Groups["point"].Success ? $".{(fraction.Length > 0 ? fraction : "0")}" : "")
            + number.Groups["exponent"].Value;
    }

    private string? Constant() => Word() switch
    {
        "True" or "true" => "true",
        "False" or "false" => "false",
        "None" or "null" => "null",
        _ => null,
    };

    /// <summary>One string, or several that stand side by side and are one.</summary>
    private string? Strings()
    {
        var value = new StringBuilder();
        do
        {
            if (!ReadString(value))
            {
                return null;
            }
            SkipSpace();
        }
        while (StringStart().IsMatch(text, _at));
        return PythonLiteral.JsonString(WithoutHalfPairs(value.ToString()));
    }

    private bool ReadString(StringBuilder value)
    {
        var start = StringStart().Match(text, _at);
        var (isRaw, quotes) = (start.Groups["prefix"].Value is "r" or "R", start.Groups["quotes"].Value);
        _at += start.Length;
        while (_at < text.Length)
        {
            if (text.AsSpan(_at).StartsWith(quotes))
            {
                _at += quotes.Length;
                return true;
            }
            if (text[_at] == '\\' && isRaw)
            {
                value.Append(text, _at, Math.Min(2, text.Length - _at));
                _at += 2;
            }
            else if (text[_at] == '\\')
            {
                ReadEscape(value);
            }
            else
            {
                value.Append(text[_at++]);
            }
        }
        return false;
    }

    private void ReadEscape(StringBuilder value)
    {
        var escape = EscapePattern().Match(text, _at);
        _at += escape.Length;
        var code = escape.Groups["code"].Value;
        value.Append(escape.Value.AsSpan(1) switch
        {
            "n" => "\n",
            "t" => "\t",
            "r" => "\r",
            "b" => "\b",
            "f" => "\f",
            "v" => "\v",
            "a" => "\a",
            "\\" or "'" or "\"" or "/" => escape.Value[1..],
            "\n" or "\r\n" => "",
            _ when code.Length > 0 => Character(int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
            _ => escape.Value,
        });
    }

    private static string Character(int code) => code switch
    {
        <= char.MaxValue => ((char)code).ToString(),
        <= 0x10FFFF => char.ConvertFromUtf32(code),
        _ => "\uFFFD",
    };

    private static string WithoutHalfPairs(string value) =>
        Encoding.Unicode.GetString(Encoding.Unicode.GetBytes(value));

    /// <summary>White space, comments, and backslashes at the end of a line.</summary>
    private void SkipSpace() => _at += SpacePattern().Match(text, _at).Length;

    [GeneratedRegex(@"\G(?:\s|#[^\n]*|\\\r?\n)*")]
    private static partial Regex SpacePattern();

    [GeneratedRegex(@"\G[\w-]*")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\G([\w$@.-]+)\s*=(?!=)")]
    private static partial Regex KeywordPattern();

    [GeneratedRegex("\\G(?<prefix>[rRuU]?)(?<quotes>\"\"\"|'''|\"|')")]
    private static partial Regex StringStart();

    [GeneratedRegex(@"\G(?<sign>[+-]?)(?<whole>[0-9][0-9_]*)?(?<point>\.(?<fraction>[0-9][0-9_]*)?)?(?<exponent>[eE][+-]?[0-9]+)?")]
    private static partial Regex NumberPattern();

    [GeneratedRegex(
        @"\G\\(?:x(?<code>[0-9a-fA-F]{2})|u(?<code>[0-9a-fA-F]{4})|U(?<code>0[0-9a-fA-F]{7})|\r?\n|.)?", RegexOptions.Singleline)]
    private static partial Regex EscapePattern();
}
