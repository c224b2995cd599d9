using System.Text.Json;
using MlxActors.Generation.Constraints.Grammars;

namespace MlxActors.Generation.Constraints.Schemas;

/// <summary>The keywords of strings and numbers.</summary>
internal static class ScalarReader
{
    public static Shape Text(SchemaNode node)
    {
        var (least, most) = (node.Count("minLength") ?? 0, node.Count("maxLength"));
        if (most < least)
        {
            throw node.Wrong("minLength", "is above 'maxLength'.");
        }
        if (node.Has("pattern"))
        {
            Alone(node, "pattern", ["minLength", "maxLength", "format"]);
            var pattern = SchemaNode.TextOf(node.Get("pattern")) ?? throw node.Wrong("pattern", "must be a string.");
            return new Shape.Patterned(PatternReader.Read(pattern, out var fault) ?? throw node.Wrong("pattern", fault!));
        }
        if (node.Has("format"))
        {
            Alone(node, "format", ["minLength", "maxLength"]);
            var format = SchemaNode.TextOf(node.Get("format")) ?? throw node.Wrong("format", "must be a string.");
            return new Shape.Patterned(Formats.Find(format)
                ?? throw node.Wrong("format", $"is not supported for '{format}'; supported are '{string.Join("', '", Formats.Names)}'."));
        }
        return new Shape.Text(least, most);
    }

    public static Shape.Number Number(SchemaNode node, bool isInteger)
    {
        if (node.Has("multipleOf") && !(isInteger && node.Get("multipleOf").GetRawText() == "1"))
        {
            throw node.Wrong("multipleOf", "is not supported.");
        }
        var least = Tighter(Limit(node, "minimum", isInteger, false), Limit(node, "exclusiveMinimum", isInteger, true), 1);
        var most = Tighter(Limit(node, "maximum", isInteger, false), Limit(node, "exclusiveMaximum", isInteger, true), -1);
        return new Shape.Number(isInteger, least, most);
    }

    private static void Alone(SchemaNode node, string keyword, ReadOnlySpan<string> others)
    {
        foreach (var other in others)
        {
            if (node.Has(other))
            {
                throw node.Wrong(keyword, $"is not supported beside '{other}'.");
            }
        }
    }

    /// <summary>Bounds of numbers are whole, those of integers are moved to the next integer.</summary>
    private static Bound? Limit(SchemaNode node, string keyword, bool isInteger, bool isOpen)
    {
        if (!node.Has(keyword))
        {
            return null;
        }
        if (node.Get(keyword) is not { ValueKind: JsonValueKind.Number } value || !value.TryGetDouble(out var number))
        {
            throw node.Wrong(keyword, "must be a number.");
        }
        if (Math.Abs(number) > DecimalRanges.Most)
        {
            throw node.Wrong(keyword, $"is supported up to {DecimalRanges.Most}.");
        }
        var isWhole = Math.Floor(number) == number;
        if (!isInteger)
        {
            return isWhole ? new Bound((long)number, isOpen) : throw node.Wrong(keyword, "is supported for whole numbers only.");
        }
        var isUpper = keyword is "maximum" or "exclusiveMaximum";
        var inside = isUpper ? (long)Math.Floor(number) : (long)Math.Ceiling(number);
        return new Bound(isOpen && isWhole ? inside + (isUpper ? -1 : 1) : inside, false);
    }

    private static Bound? Tighter(Bound? closed, Bound? open, int sign) =>
        closed is { } left && open is { } right
            ? (right.Value.CompareTo(left.Value) * sign >= 0 ? right : left)
            : closed ?? open;
}
