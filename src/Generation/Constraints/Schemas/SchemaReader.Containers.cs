using System.Collections.Immutable;
using System.Text.Json;

namespace MlxActors.Generation.Constraints.Schemas;

/// <summary>The keywords of arrays and objects.</summary>
internal sealed partial class SchemaReader
{
    /// <summary>Every set of patterns is looked at.</summary>
    private const int MostPatterns = 4;

    /// <summary>Every set of values that may be there already is a place in the grammar.</summary>
    private const int MostUnique = 8;

    private Shape.Array ReadArray(SchemaNode node, int depth)
    {
        var (least, most) = (node.Count("minItems") ?? 0, node.Count("maxItems"));
        var isOlder = node.Has("items") && node.Get("items").ValueKind == JsonValueKind.Array;
        var (firstKeyword, restKeyword) = isOlder ? ("items", "additionalItems") : ("prefixItems", "items");
        var first = ImmutableArray<Shape>.Empty;
        if (node.Has(firstKeyword))
        {
            var path = node.PathOf(firstKeyword);
            var schemas = Items(node.Get(firstKeyword), path, "schemas", mayBeEmpty: true);
            first = [.. schemas.Select((item, i) => Read(item, $"{path}/{i}", depth + 1))];
        }
        if (first.Length > MostMembers)
        {
            throw node.Wrong(firstKeyword, $"has at most {MostMembers} schemas.");
        }
        var rest = !node.Has(restKeyword) ? new Shape.Any()
            : node.Get(restKeyword).ValueKind == JsonValueKind.False ? null
            : Read(node.Get(restKeyword), node.PathOf(restKeyword), depth + 1);
        if (node.Has("uniqueItems") && node.Get("uniqueItems").ValueKind != JsonValueKind.False && most is not (0 or 1))
        {
            return Unique(node, first, rest, least, most);
        }
        return most < least || (rest is null && least > first.Length)
            ? throw Wrong(node.PathOf("minItems"), "no array has so many items under the other keywords.")
            : new Shape.Array(first, rest, least, most);
    }

    private Shape.Array Unique(SchemaNode node, ImmutableArray<Shape> first, Shape? rest, int least, int? most)
    {
        if (!first.IsEmpty || rest is null || ValuesOf(rest) is not { Length: <= MostUnique } values)
        {
            throw node.Wrong("uniqueItems", $"is supported where all items are of one 'enum' with at most {MostUnique} values.");
        }
        return least > values.Length
            ? throw Wrong(node.PathOf("minItems"), "no array has so many items that differ.")
            : new Shape.Array([], new Shape.Values(values), least, Math.Min(most ?? values.Length, values.Length)) { IsUnique = true };
    }

    /// <summary>All values of a shape; null when they are more than a list.</summary>
    private ImmutableArray<JsonElement>? ValuesOf(Shape shape) => shape switch
    {
        Shape.Boolean => [JsonElement.Parse("true"), JsonElement.Parse("false")],
        Shape.Null => [JsonElement.Parse("null")],
        Shape.Values(var options) => [.. options.Where((one, i) => !options.Take(i).Any(other => JsonElement.DeepEquals(one, other)))],
        Shape.Reference(var definition) when _definitions[definition] is { } known and not Shape.Reference => ValuesOf(known),
        _ => null,
    };

    private Shape.Object ReadObject(SchemaNode node, int depth)
    {
        try
        {
            return ReadMembers(node, depth);
        }
        catch (TooManyStatesException)
        {
            var keyword = node.Has("patternProperties") ? "patternProperties" : "propertyNames";
            throw node.Wrong(keyword, "holds patterns that are too large together.");
        }
    }

    private Shape.Object ReadMembers(SchemaNode node, int depth)
    {
        var required = node.Has("required")
            ? Items(node.Get("required"), node.PathOf("required"), "names", mayBeEmpty: true)
                .Select(name => SchemaNode.TextOf(name) ?? throw node.Wrong("required", "must hold strings."))
                .ToHashSet()
            : [];
        var patterns = ReadPatterns(node, depth);
        var names = node.Has("propertyNames") ? ReadNames(node, depth) : null;
        var others = ReadOthers(node, patterns, names, hasNamed: required.Count > 0, depth);
        var properties = ReadProperties(node, patterns, names, others, required, depth);
        foreach (var name in required.Except(properties.Select(property => property.Name)).ToArray())
        {
            var shape = others.FirstOrDefault(other => other.Includes(name))?.Shape ?? (SaysOthers(node)
                ? throw Wrong(node.PathOf("required"), $"'{name}' is required, but is none of the properties.")
                : new Shape.Any());
            properties = properties.Add(new Property(name, shape, IsRequired: true));
        }
        if (properties.Length > MostMembers)
        {
            throw node.Wrong("properties", $"has at most {MostMembers} properties.");
        }
        var (least, most) = (node.Count("minProperties") ?? 0, node.Count("maxProperties"));
        return most < least
            ? throw node.Wrong("minProperties", "is above 'maxProperties'.")
            : new Shape.Object(properties, others) { SaysOthers = SaysOthers(node), Least = least, Most = most };
    }

    private static bool SaysOthers(SchemaNode node) => node.Has("additionalProperties") || node.Has("propertyNames");

    private ImmutableArray<Property> ReadProperties(
        SchemaNode node,
        ImmutableArray<OtherProperties> patterns,
        TextAutomaton? names,
        ImmutableArray<OtherProperties> others,
        HashSet<string> required,
        int depth)
    {
        var properties = ImmutableArray.CreateBuilder<Property>();
        if (!node.Has("properties"))
        {
            return [];
        }
        var all = node.PathOf("properties");
        foreach (var property in node.Object("properties").EnumerateObject())
        {
            var name = SchemaNode.NameOf(property) ?? throw Wrong(all, "a name in it holds half of a surrogate pair.");
            var path = SchemaNode.Below(all, name);
            if (!IsNever(property.Value) && names?.Matches(name) != false)
            {
                var shape = patterns.Where(pattern => pattern.Includes(name))
                    .Aggregate(Read(property.Value, path, depth + 1), (shape, pattern) => Both(shape, pattern.Shape, path));
                properties.Add(new Property(name, shape, required.Contains(name)));
            }
            else if (required.Contains(name))
            {
                throw Wrong(path, "it is required, and nothing satisfies it.");
            }
            else if (others.Any(other => other.Includes(name)))
            {
                throw Wrong(path, "a property that must not be there is supported where no others may be.");
            }
        }
        return properties.ToImmutable();
    }

    /// <summary>Whether a schema is one of the two usual words for: nothing.</summary>
    private static bool IsNever(JsonElement schema) => schema.ValueKind == JsonValueKind.False
        || (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("not", out var not)
            && not.ValueKind == JsonValueKind.Object && !not.EnumerateObject().Any());

    private ImmutableArray<OtherProperties> ReadPatterns(SchemaNode node, int depth)
    {
        if (!node.Has("patternProperties"))
        {
            return [];
        }
        var all = node.PathOf("patternProperties");
        var patterns = node.Object("patternProperties").EnumerateObject().Select(property =>
        {
            var source = SchemaNode.NameOf(property) ?? throw Wrong(all, "a pattern in it holds half of a surrogate pair.");
            var path = SchemaNode.Below(all, source);
            var pattern = PatternReader.Read(source, out var fault) ?? throw Wrong(path, $"the keyword 'patternProperties' {fault}");
            return new OtherProperties(TextAutomaton.Of(pattern), Read(property.Value, path, depth + 1));
        }).ToImmutableArray();
        return patterns.Length <= MostPatterns
            ? patterns
            : throw node.Wrong("patternProperties", $"is supported with at most {MostPatterns} patterns.");
    }

    /// <summary>Which names properties may have.</summary>
    private TextAutomaton ReadNames(SchemaNode node, int depth)
    {
        var shape = Read(node.Get("propertyNames"), node.PathOf("propertyNames"), depth + 1);
        var names = TextAutomaton.Of(NamesOf(shape) ?? throw node.Wrong("propertyNames", "is supported for schemas of strings."));
        return names.IsEmpty ? throw node.Wrong("propertyNames", "allows no name.") : names;
    }

    private Pattern? NamesOf(Shape shape) => shape switch
    {
        Shape.Any => Pattern.Anything,
        Shape.Text(var least, var most) => Pattern.OfLength(least, most),
        Shape.Patterned(var pattern, _) => pattern,
        Shape.Values(var values) when values.All(value => value.ValueKind == JsonValueKind.String) =>
            new Pattern.Choice([.. values.Select(value => Pattern.Of(value.GetString()!))]),
        Shape.OneOf(var options) when options.Select(NamesOf).ToArray() is var all && !all.Contains(null) =>
            new Pattern.Choice([.. all.OfType<Pattern>()]),
        Shape.Reference(var definition) when _definitions[definition] is { } known and not Shape.Reference => NamesOf(known),
        _ => null,
    };

    /// <summary>
    /// Properties that are not named: those of patterns, parted so that none is in two, and the rest. An object that names some or has
    /// patterns, and says nothing of the rest, has no more.
    /// </summary>
    private ImmutableArray<OtherProperties> ReadOthers(
        SchemaNode node, ImmutableArray<OtherProperties> patterns, TextAutomaton? names, bool hasNamed, int depth)
    {
        var isClosed = node.Has("additionalProperties")
            ? node.Get("additionalProperties").ValueKind == JsonValueKind.False
            : names is null
                && (hasNamed || !patterns.IsEmpty || (node.Has("properties") && node.Object("properties").EnumerateObject().Any()));
        var rest = isClosed ? null
            : node.Has("additionalProperties") ? Read(node.Get("additionalProperties"), node.PathOf("additionalProperties"), depth + 1)
            : new Shape.Any();
        var others = ImmutableArray.CreateBuilder<OtherProperties>();
        for (var set = (1 << patterns.Length) - 1; set >= 0; set--)
        {
            var inSet = patterns.Where((_, i) => (set >> i & 1) != 0).ToArray();
            var shape = set == 0 ? rest : inSet.Select(pattern => pattern.Shape)
                .Aggregate((one, other) => Both(one, other, node.PathOf("patternProperties")));
            var texts = NamesIn(set, patterns, names);
            if (shape is not null && texts is not { IsEmpty: true })
            {
                others.Add(new OtherProperties(texts, shape));
            }
        }
        return others.ToImmutable();
    }

    /// <returns>Null: any name.</returns>
    private static TextAutomaton? NamesIn(int set, ImmutableArray<OtherProperties> patterns, TextAutomaton? names)
    {
        var demands = patterns.Select((pattern, i) => new Pattern.Ahead(new Pattern.Found(pattern.Names!), (set >> i & 1) != 0))
            .Concat(names is null ? [] : [new Pattern.Ahead(new Pattern.Found(names), Holds: true)])
            .ToArray();
        return demands.Length == 0 ? null : TextAutomaton.Of(new Pattern.Sequence([.. demands, Pattern.Anything]));
    }
}
