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
        if (node.Has("pattern"))
        {
            Refuse(node, "pattern", "format");
            var source = SchemaNode.TextOf(node.Get("pattern")) ?? throw node.Wrong("pattern", "must be a string.");
            var pattern = PatternReader.Read(source, out var fault) ?? throw node.Wrong("pattern", fault!);
            return Within(node, "pattern", pattern, least, most);
        }
        if (node.Has("format"))
        {
            var format = SchemaNode.TextOf(node.Get("format")) ?? throw node.Wrong("format", "must be a string.");
            var pattern = Formats.Find(format)
                ?? throw node.Wrong("format", $"is not supported for '{format}'; supported are '{string.Join("', '", Formats.Names)}'.");
            return Within(node, "format", pattern, least, most);
        }
        return new Shape.Text(least, most);
    }

    /// <summary>Bounds of a text's length stand beside a pattern where they follow from it.</summary>
    private static Shape.Patterned Within(SchemaNode node, string keyword, Pattern pattern, int least, int? most)
    {
        if (!pattern.IsWithin(least, most))
        {
            Refuse(node, keyword, pattern.IsWithin(least, null) ? "maxLength" : "minLength");
        }
        return new Shape.Patterned(pattern);
    }

    public static Shape Number(SchemaNode node, bool isInteger)
    {
        var number = new Shape.Number(
            isInteger,
            Bound.Greater(Limit(node, "minimum", false), Limit(node, "exclusiveMinimum", true)),
            Bound.Lesser(Limit(node, "maximum", false), Limit(node, "exclusiveMaximum", true)));
        return node.Has("multipleOf") ? Multiples(node, number) : number;
    }

    private static Shape Multiples(SchemaNode node, Shape.Number number)
    {
        if (node.Get("multipleOf") is not { ValueKind: JsonValueKind.Number } given || !given.TryGetDecimal(out var step) || step <= 0)
        {
            throw node.Wrong("multipleOf", "must be a number above 0.");
        }
        for (var digits = 0; digits <= DecimalRanges.MostFractionDigits; digits++)
        {
            if (step == new decimal(1, 0, 0, false, (byte)digits))
            {
                return number.IsInteger ? number : number with { IsInteger = digits == 0, Digits = digits };
            }
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
            $"is supported for 1, 0.1, 0.01 and so on, and for integers between bounds that hold at most {MostMultiples} of them.");
    }

    private static void Refuse(SchemaNode node, string keyword, string other)
    {
        if (node.Has(other))
        {
            throw node.Wrong(keyword, $"is not supported beside '{other}'.");
        }
    }

    private static Bound? Limit(SchemaNode node, string keyword, bool isOpen)
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
        return value.TryGetDecimal(out var exact) && decimal.Round(exact, DecimalRanges.MostFractionDigits) == exact
            ? new Bound(exact, isOpen)
            : throw node.Wrong(keyword, $"is supported with {DecimalRanges.MostFractionDigits} digits behind the point.");
    }
}
