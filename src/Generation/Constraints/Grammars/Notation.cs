using System.Collections.Immutable;
using System.Text.Json;

namespace MlxActors.Generation.Constraints.Grammars;

/// <summary>How values are written. White space is bounded to a space behind colons and commas, so that an answer comes to its end.</summary>
/// <param name="Null">The word for it, as <paramref name="True"/> and <paramref name="False"/>.</param>
/// <param name="SimpleEscapes">Letters that may stand behind a backslash in a string.</param>
internal sealed record Notation(string Null, string True, string False, string SimpleEscapes)
{
    private static readonly CodePoints Controls = CodePoints.Of((0, 0x1F));
    private static readonly CodePoints Plain = CodePoints.All.Except(Controls).Except(CodePoints.Of("\"\\"));
    private static readonly Expression HexDigit = CodePoints.Of(('0', '9'), ('a', 'f'), ('A', 'F')).ToUtf8();

    /// <summary>Four digits that are not half of a surrogate pair.</summary>
    private static readonly Expression FourHexDigits = Expression.OneOf(
        Expression.Of(CodePoints.Of(('0', '9'), ('a', 'c'), ('e', 'f'), ('A', 'C'), ('E', 'F')).ToUtf8(), HexDigit, HexDigit, HexDigit),
        Expression.Of(CodePoints.Of("dD").ToUtf8(), CodePoints.Of(('0', '7')).ToUtf8(), HexDigit, HexDigit));

    private static readonly Expression Space = Expression.Optional(Expression.Literal(" "));

    public static Notation Json { get; } = new("null", "true", "false", "\"\\/bfnrt");

    /// <summary>Python's literals; its strings know no escaped slash.</summary>
    public static Notation Python { get; } = new("None", "True", "False", "\"\\bfnrt");

    public static Expression Quote { get; } = Expression.Literal("\"");

    public static Expression Comma { get; } = Expression.Of(Expression.Literal(","), Space);

    public static Expression Colon { get; } = Expression.Of(Expression.Literal(":"), Space);

    /// <summary>Any character of a string, as itself or escaped.</summary>
    public Expression AnyCharacter => Expression.OneOf(
        Plain.ToUtf8(),
        Expression.Of(
            Expression.Literal("\\"),
            Expression.OneOf(CodePoints.Of(SimpleEscapes).ToUtf8(), Expression.Of(Expression.Literal("u"), FourHexDigits))));

    /// <summary>One of these characters within a string; each is written in one way only.</summary>
    public static Expression Character(CodePoints characters)
    {
        var options = ImmutableArray.CreateBuilder<Expression>();
        if (characters.Intersect(Plain) is { IsEmpty: false } plain)
        {
            options.Add(plain.ToUtf8());
        }
        foreach (var (first, last) in characters.Except(Plain).Ranges)
        {
            for (var c = first; c <= last; c++)
            {
                options.Add(Expression.Literal(Escaped(c)));
            }
        }
        return Expression.OneOf(options.ToImmutable());
    }

    /// <summary>Characters that stand for themselves in a string, but these.</summary>
    public static Expression PlainExcept(CodePoints characters) => Plain.Except(characters).ToUtf8();

    public static Expression String(string text) =>
        Expression.Literal($"\"{string.Concat(text.EnumerateRunes().Select(rune => Plain.Intersect(CodePoints.Of((rune.Value, rune.Value))).IsEmpty ? Escaped(rune.Value) : rune.ToString()))}\"");

    /// <summary>One value, as it is.</summary>
    public Expression Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => Expression.Literal(Null),
        JsonValueKind.True => Expression.Literal(True),
        JsonValueKind.False => Expression.Literal(False),
        JsonValueKind.String => String(value.GetString()!),
        JsonValueKind.Array => Between("[", value.EnumerateArray().Select(Value), "]"),
        JsonValueKind.Object => Between(
            "{", value.EnumerateObject().Select(member => Expression.Of(String(member.Name), Colon, Value(member.Value))), "}"),
        _ => Expression.Literal(value.GetRawText()),
    };

    private static Expression Between(string open, IEnumerable<Expression> items, string close) => Expression.Of(
        [Expression.Literal(open), .. items.SelectMany<Expression, Expression>((item, i) => i == 0 ? [item] : [Comma, item]), Expression.Literal(close)]);

    private static string Escaped(int c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\b' => "\\b",
        '\f' => "\\f",
        _ => $"\\u{c:x4}",
    };
}
