using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MlxActors.Models.Chat;

/// <summary>JSON values in Python's spelling.</summary>
public static class PythonLiteral
{
    /// <summary>An argument of a call: a string as JSON writes it, any other value as Python's <c>repr</c>.</summary>
    public static string OfArgument(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? JsonString(value.GetString()!) : Repr(value);

    /// <summary>As <c>json.dumps</c> with <c>ensure_ascii=False</c> writes it, keys in their order.</summary>
    public static string Dumps(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Null => "null",
        JsonValueKind.Number => Number(value.GetRawText()),
        JsonValueKind.String => JsonString(value.GetString()!),
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Dumps))}]",
        JsonValueKind.Object =>
            $"{{{string.Join(", ", value.EnumerateObject().Select(member => $"{JsonString(member.Name)}: {Dumps(member.Value)}"))}}}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Whether all strings within are text: JSON can also spell halves of surrogate pairs, which are none.</summary>
    public static bool CanSpell(JsonElement value)
    {
        try
        {
            return Dumps(value).Length > 0;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static string Repr(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "True",
        JsonValueKind.False => "False",
        JsonValueKind.Null => "None",
        JsonValueKind.Number => Number(value.GetRawText()),
        JsonValueKind.String => ReprString(value.GetString()!),
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Repr))}]",
        JsonValueKind.Object =>
            $"{{{string.Join(", ", value.EnumerateObject().Select(member => $"{ReprString(member.Name)}: {Repr(member.Value)}"))}}}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Integers keep their digits; other numbers are written as Python writes a float.</summary>
    private static string Number(string json)
    {
        if (json.AsSpan().IndexOfAny('.', 'e', 'E') < 0)
        {
            return json == "-0" ? "0" : json;
        }
        var number = double.Parse(json, CultureInfo.InvariantCulture);
        if (double.IsInfinity(number))
        {
            return number > 0 ? "inf" : "-inf";
        }
        // Both write the shortest digits that read back the same; .NET turns to an exponent at 1e17, Python at 1e16.
        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        return shortest.AsSpan().IndexOfAny('.', 'E') >= 0 ? shortest.ToLowerInvariant()
            : Math.Abs(number) < 1e16 ? shortest + ".0"
            : WithExponent(shortest);
    }

    /// <summary>Seventeen digits of an integer as d.ddde+16.</summary>
    private static string WithExponent(string integer)
    {
        var first = integer[0] == '-' ? 2 : 1;
        var rest = integer.AsSpan(first).TrimEnd('0');
        return $"{integer.AsSpan(0, first)}{(rest.IsEmpty ? "" : ".")}{rest}e+16";
    }

    public static string JsonString(string text) => Quote(text, '"', c => c switch
    {
        '\b' => "\\b",
        '\f' => "\\f",
        < ' ' => $"\\u{(int)c:x4}",
        _ => null,
    });

    /// <summary>In single quotes, unless it holds one and no double quote.</summary>
    private static string ReprString(string text) => Quote(text, text.Contains('\'') && !text.Contains('"') ? '"' : '\'', c => c switch
    {
        < ' ' or (>= '\u007F' and <= '\u00A0') or '\u00AD' => $"\\x{(int)c:x2}",
        _ => char.IsControl(c) ? $"\\u{(int)c:x4}" : null,
    });

    /// <param name="escape">The spelling of a character that cannot stand for itself.</param>
    private static string Quote(string text, char quote, Func<char, string?> escape)
    {
        var quoted = new StringBuilder().Append(quote);
        foreach (var c in text)
        {
            quoted.Append(c == quote || c == '\\' ? $"\\{c}" : c switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ => escape(c) ?? c.ToString(),
            });
        }
        return quoted.Append(quote).ToString();
    }
}
