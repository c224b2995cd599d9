using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MlxActors.Generation.Constraints.Grammars;

namespace MlxActors.Generation.Constraints.Schemas;

/// <summary>The keywords of strings and numbers.</summary>
internal static class ScalarReader
{
    /// <summary>More values than these are not listed one by one.</summary>
    private const int MostMultiples = 1000;

    public static Shape Text(SchemaNode node)
    {
        var (least, most) = (node.Count("minLength") ?? 0, node.Count("maxLength"));
        if (most < least)
        {
            throw node.Wrong("minLength", "is above 'maxLength'.");
        }
        var pattern = node.Has("pattern") ? ReadPattern(node) : null;
        var format = node.Has("format") ? ReadFormat(node) : null;
        var keyword = pattern is null ? "format" : "pattern";
        try
        {
            return (pattern, format) switch
            {
                (null, null) => new Shape.Text(least, most),
                (null, _) => Patterned(format, isExact: false),
                (_, null) => Patterned(pattern, isExact: true),

                // Where nothing has both, the pattern is meant: to a validator, a format only describes.
                _ => Patterned(Pattern.Both(format, pattern), isExact: false) ?? Patterned(pattern, isExact: true),
            } ?? throw node.Wrong(keyword, "matches no text of the length that 'minLength' and 'maxLength' demand.");
        }
        catch (TooManyStatesException)
        {
            throw node.Wrong(keyword, "is too large for looking ahead, or beside 'format', 'minLength' or 'maxLength'.");
        }

        Shape? Patterned(Pattern texts, bool isExact) =>
            texts.Within(least, most) is { } within ? new Shape.Patterned(within, isExact) : null;
    }

    private static Pattern ReadPattern(SchemaNode node)
    {
        var source = SchemaNode.TextOf(node.Get("pattern")) ?? throw node.Wrong("pattern", "must be a string.");
        return PatternReader.Read(source, out var fault) ?? throw node.Wrong("pattern", fault!);
    }

    private static Pattern? ReadFormat(SchemaNode node) =>
        Formats.Find(SchemaNode.TextOf(node.Get("format")) ?? throw node.Wrong("format", "must be a string."));

    public static Shape Number(SchemaNode node, bool isInteger)
    {
        var number = new Shape.Number(
            isInteger,
            Bound.Greater(Limit(node, "minimum", IsTrue(node, "exclusiveMinimum")), Limit(node, "exclusiveMinimum", true)),
            Bound.Lesser(Limit(node, "maximum", IsTrue(node, "exclusiveMaximum")), Limit(node, "exclusiveMaximum", true)));
        return node.Has("multipleOf") ? Multiples(node, number) : number;
    }

    private static Shape Multiples(SchemaNode node, Shape.Number number)
    {
        if (node.Get("multipleOf") is not { ValueKind: JsonValueKind.Number } given || !given.TryGetDecimal(out var step) || step <= 0)
        {
            throw node.Wrong("multipleOf", "must be a number above 0.");
        }
        if (Multiple.Of(step) is { } multiple && (number.IsInteger ? Multiple.Both(multiple, Multiple.One) : multiple) is { } known)
        {
            return number with { IsInteger = known.Digits == 0, Step = known };
        }
        if (number.IsInteger && decimal.Truncate(step) == step && number is { Least: { } least, Most: { } most }
            && (most.Value - least.Value) / step <= MostMultiples)
        {
            var multiples = ImmutableArray.CreateBuilder<JsonElement>();
            for (var value = decimal.Ceiling(least.Value / step) * step; value <= most.Value; value += step)
            {
                if (!(least.IsOpen && value == least.Value) && !(most.IsOpen && value == most.Value))
                {
                    multiples.Add(JsonElement.Parse(decimal.Truncate(value).ToString(CultureInfo.InvariantCulture)));
                }
            }
            return multiples.Count > 0
                ? new Shape.Values(multiples.ToImmutable())
                : throw node.Wrong("multipleOf", "leaves no value between the bounds.");
        }
        throw node.Wrong(
            "multipleOf",
            $"is supported up to {Multiple.MostFactor} units of its last digit, "
            + $"and for integers between bounds that hold at most {MostMultiples} of them.");
    }

    /// <summary>In older drafts these say of the other bound whether it is open.</summary>
    private static bool IsTrue(SchemaNode node, string keyword) => node.Has(keyword) && node.Get(keyword).ValueKind == JsonValueKind.True;

    private static Bound? Limit(SchemaNode node, string keyword, bool isOpen)
    {
        if (!node.Has(keyword) || node.Get(keyword).ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return null;
        }
        if (node.Get(keyword) is not { ValueKind: JsonValueKind.Number } value || !value.TryGetDouble(out var number))
        {
            throw node.Wrong(keyword, "must be a number.");
        }
        if (Math.Abs(number) > DecimalRanges.Most)
        {
            // Beyond all that is written without an exponent: the bound of a type, such as that of 32-bit numbers.
            return number < 0 == keyword.EndsWith("inimum", StringComparison.Ordinal)
                ? new Bound(Math.Sign(number) * (decimal)DecimalRanges.Most, false)
                : throw node.Wrong(keyword, $"is supported up to {DecimalRanges.Most}.");
        }
        return value.TryGetDecimal(out var exact) && decimal.Round(exact, DecimalRanges.MostFractionDigits) == exact
            ? new Bound(exact, isOpen)
            : throw node.Wrong(keyword, $"is supported with {DecimalRanges.MostFractionDigits} digits behind the point.");
    }
}
