using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Native.Results;

namespace MlxActors.Generation.Constraints.Schemas;

/// <summary>
/// Reads JSON schemas (draft 2020-12, and the older words for the same) as far as an answer can be held to them. Properties come in the
/// schema's order, those of joined schemas one behind the other; an object that names properties and says nothing of others has no others.
/// What only describes is passed over, and every other keyword is an error.
/// </summary>
internal sealed class SchemaReader
{
    private const int MaxDepth = 48;
    private const int MostSchemas = 5000;
    private const int MostMembers = 500;

    private static readonly FrozenSet<string> Descriptions = FrozenSet.Create(
        StringComparer.Ordinal,
        [
            "title", "description", "default", "examples", "example", "$schema", "$id", "$comment", "$defs", "definitions", "deprecated",
            "readOnly", "writeOnly", "discriminator", "strict", "contentEncoding", "contentMediaType",
        ]);

    private static readonly FrozenDictionary<string, string> TypeOfKeyword = new Dictionary<string, string>
    {
        ["properties"] = "object",
        ["required"] = "object",
        ["additionalProperties"] = "object",
        ["items"] = "array",
        ["prefixItems"] = "array",
        ["minItems"] = "array",
        ["maxItems"] = "array",
        ["uniqueItems"] = "array",
        ["minLength"] = "string",
        ["maxLength"] = "string",
        ["pattern"] = "string",
        ["format"] = "string",
        ["minimum"] = "number",
        ["maximum"] = "number",
        ["exclusiveMinimum"] = "number",
        ["exclusiveMaximum"] = "number",
        ["multipleOf"] = "number",
    }.ToFrozenDictionary();

    private static readonly ImmutableArray<string> Types = ["null", "boolean", "integer", "number", "string", "array", "object"];

    private static readonly ImmutableArray<string> Alternatives = ["$ref", "const", "enum", "anyOf", "oneOf", "allOf"];

    private readonly JsonElement _root;
    private readonly Dictionary<string, int> _references = [];
    private readonly List<Shape?> _definitions = [];
    private int _count;

    private SchemaReader(JsonElement root) => _root = root;

    public static Result<Schema, SchemaError> Read(JsonElement root)
    {
        try
        {
            var reader = new SchemaReader(root);
            var shape = reader.Read(root, "", 0);
            return new Schema(shape, [.. reader._definitions.Select(definition => definition!)], root.GetRawText());
        }
        catch (SchemaException e)
        {
            return e.Error;
        }
    }

    private Shape Read(JsonElement schema, string path, int depth)
    {
        if (schema.ValueKind == JsonValueKind.True)
        {
            return new Shape.Any();
        }
        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(path, schema.ValueKind == JsonValueKind.False ? "the schema 'false' allows nothing." : "a schema must be an object.");
        }
        if (depth > MaxDepth || ++_count > MostSchemas)
        {
            throw Wrong(path, depth > MaxDepth ? $"schemas nest at most {MaxDepth} deep." : $"it holds more than {MostSchemas} schemas.");
        }
        foreach (var keyword in schema.EnumerateObject())
        {
            if (!IsKnown(keyword.Name))
            {
                throw Wrong($"{path}.{keyword.Name}", $"the keyword '{keyword.Name}' is not supported.");
            }
        }
        var shape = ReadKnown(new SchemaNode(schema, path), depth);
        return schema.TryGetProperty("nullable", out var nullable) && nullable.ValueKind == JsonValueKind.True
            ? new Shape.OneOf([shape, new Shape.Null()])
            : shape;
    }

    private static bool IsKnown(string keyword) =>
        Descriptions.Contains(keyword) || TypeOfKeyword.ContainsKey(keyword) || Alternatives.Contains(keyword)
        || keyword is "type" or "nullable" || keyword.StartsWith("x-", StringComparison.Ordinal);

    private Shape ReadKnown(SchemaNode node, int depth)
    {
        var found = Alternatives.Where(node.Has).ToArray();
        if (found.Length == 0)
        {
            return ReadTypes(node, depth);
        }
        // A type beside values is looked at where they are read; all else that stands in one schema must hold at a time.
        var hasTypes = node.Schema.EnumerateObject().Any(member => TypeOfKeyword.ContainsKey(member.Name))
            || (node.Has("type") && found is not (["const"] or ["enum"]));
        var shape = hasTypes ? ReadTypes(node, depth) : new Shape.Any();
        foreach (var keyword in found)
        {
            var (value, at) = (node.Get(keyword), $"{node.Path}.{keyword}");
            shape = keyword switch
            {
                "$ref" => Both(shape, Reference(value, at, depth), at),
                "const" => Both(shape, Values(node, [value], at), at),
                "enum" => Both(shape, Values(node, Items(value, at, "values"), at), at),
                "allOf" => Options(value, at, depth).Aggregate(shape, (all, one) => Both(all, one, at)),
                "oneOf" => Both(shape, new Shape.OneOf(Apart(Options(value, at, depth), at)), at),
                _ => Both(shape, new Shape.OneOf(Options(value, at, depth)), at),
            };
        }
        return shape;
    }

    private ImmutableArray<Shape> Options(JsonElement value, string path, int depth) =>
        [.. Items(value, path, "schemas").Select((option, i) => Read(option, $"{path}[{i}]", depth + 1))];

    private Shape Both(Shape left, Shape right, string path)
    {
        try
        {
            return new Intersection(_definitions).Of(left, right)
                ?? throw Wrong(path, "no value satisfies the keyword and what it stands beside.");
        }
        catch (NoIntersectionException e)
        {
            var keyword = path[(path.LastIndexOf('.') + 1)..];
            throw Wrong(path, $"the keyword '{keyword}' is not supported here, for it joins {e.Message}.");
        }
    }

    /// <summary>Exactly one of them must hold, which can be held to when no value satisfies two.</summary>
    private ImmutableArray<Shape> Apart(ImmutableArray<Shape> options, string path)
    {
        var intersection = new Intersection(_definitions);
        for (var i = 0; i < options.Length; i++)
        {
            for (var j = i + 1; j < options.Length; j++)
            {
                if (intersection.Overlap(options[i], options[j]))
                {
                    throw Wrong(
                        path, $"the keyword 'oneOf' is supported where no value satisfies two of its schemas, as one may [{i}] and [{j}]; use 'anyOf'.");
                }
            }
        }
        return options;
    }

    private static Shape.Values Values(SchemaNode node, ImmutableArray<JsonElement> values, string path)
    {
        var types = TypesOf(node);
        var fitting = values.Where(value => types.IsEmpty || types.Any(type => Fits(value, type))).ToImmutableArray();
        if (fitting.IsEmpty)
        {
            throw Wrong(path, $"none of the values is of type '{string.Join("' or '", types)}'.");
        }
        if (!fitting.All(SchemaNode.IsText))
        {
            throw Wrong(path, "a string in it holds half of a surrogate pair.");
        }
        return new Shape.Values(fitting);
    }

    private static bool Fits(JsonElement value, string type) => value.ValueKind switch
    {
        JsonValueKind.Null => type == "null",
        JsonValueKind.True or JsonValueKind.False => type == "boolean",
        JsonValueKind.Number => type == "number" || (type == "integer" && value.GetDouble() is var number && Math.Floor(number) == number),
        JsonValueKind.String => type == "string",
        JsonValueKind.Array => type == "array",
        _ => type == "object",
    };

    private Shape ReadTypes(SchemaNode node, int depth)
    {
        var types = TypesOf(node);
        if (types.IsEmpty)
        {
            var implied = node.Schema.EnumerateObject().Select(member => TypeOfKeyword.GetValueOrDefault(member.Name)).OfType<string>().Distinct();
            types = [.. implied];
        }
        return types.Length switch
        {
            0 => new Shape.Any(),
            1 => ReadType(types[0], node, depth),
            _ => new Shape.OneOf([.. types.Select(type => ReadType(type, node, depth))]),
        };
    }

    private static ImmutableArray<string> TypesOf(SchemaNode node)
    {
        if (!node.Has("type"))
        {
            return [];
        }
        var (value, path) = (node.Get("type"), $"{node.Path}.type");
        var names = value.ValueKind == JsonValueKind.Array ? Items(value, path, "types") : [value];
        return [.. names.Select(name => SchemaNode.TextOf(name) is { } text && Types.Contains(text)
            ? text
            : throw Wrong(path, $"{name.GetRawText()} is not a type; types are '{string.Join("', '", Types)}'.")).Distinct()];
    }

    private Shape ReadType(string type, SchemaNode node, int depth) => type switch
    {
        "null" => new Shape.Null(),
        "boolean" => new Shape.Boolean(),
        "string" => ScalarReader.Text(node),
        "integer" or "number" => ScalarReader.Number(node, type == "integer"),
        "array" => ReadArray(node, depth),
        _ => ReadObject(node, depth),
    };

    private Shape.Array ReadArray(SchemaNode node, int depth)
    {
        if (node.Has("uniqueItems") && node.Get("uniqueItems").ValueKind != JsonValueKind.False)
        {
            throw Wrong($"{node.Path}.uniqueItems", "the keyword 'uniqueItems' is not supported.");
        }
        var (least, most) = (node.Count("minItems") ?? 0, node.Count("maxItems"));
        var first = ImmutableArray<Shape>.Empty;
        if (node.Has("prefixItems"))
        {
            var path = $"{node.Path}.prefixItems";
            first = [.. Items(node.Get("prefixItems"), path, "schemas").Select((item, i) => Read(item, $"{path}[{i}]", depth + 1))];
        }
        if (first.Length > MostMembers)
        {
            throw Wrong($"{node.Path}.prefixItems", $"at most {MostMembers} items have schemas of their own.");
        }
        var isClosed = node.Has("items") && node.Get("items").ValueKind == JsonValueKind.False;
        var rest = isClosed ? null : node.Has("items") ? Read(node.Get("items"), $"{node.Path}.items", depth + 1) : new Shape.Any();
        if (most < least || (rest is null && least > first.Length))
        {
            throw Wrong($"{node.Path}.minItems", "no array has so many items under the other keywords.");
        }
        return new Shape.Array(first, rest, least, most);
    }

    private Shape.Object ReadObject(SchemaNode node, int depth)
    {
        var required = node.Has("required")
            ? Items(node.Get("required"), $"{node.Path}.required", "names", mayBeEmpty: true)
                .Select(name => SchemaNode.TextOf(name) ?? throw Wrong($"{node.Path}.required", "names must be strings."))
                .ToHashSet()
            : [];
        var properties = ImmutableArray.CreateBuilder<Property>();
        if (node.Has("properties"))
        {
            var path = $"{node.Path}.properties";
            foreach (var property in node.Object("properties").EnumerateObject())
            {
                var name = SchemaNode.NameOf(property) ?? throw Wrong(path, "a name in it holds half of a surrogate pair.");
                properties.Add(new Property(name, Read(property.Value, $"{path}.{name}", depth + 1), required.Remove(name)));
            }
        }
        var others = ReadOthers(node, properties.Count + required.Count > 0, depth);
        foreach (var name in required)
        {
            properties.Add(new Property(
                name, others ?? (node.Has("additionalProperties")
                    ? throw Wrong($"{node.Path}.required", $"'{name}' is required, but is none of the properties.")
                    : new Shape.Any()), true));
        }
        return properties.Count <= MostMembers
            ? new Shape.Object(properties.ToImmutable(), others) { SaysOthers = node.Has("additionalProperties") }
            : throw Wrong($"{node.Path}.properties", $"an object has at most {MostMembers} properties.");
    }

    private Shape? ReadOthers(SchemaNode node, bool hasProperties, int depth)
    {
        if (!node.Has("additionalProperties"))
        {
            return hasProperties ? null : new Shape.Any();
        }
        var others = node.Get("additionalProperties");
        return others.ValueKind == JsonValueKind.False ? null : Read(others, $"{node.Path}.additionalProperties", depth + 1);
    }

    /// <summary>Each target is read once, before it is known whether it holds itself.</summary>
    private Shape.Reference Reference(JsonElement value, string path, int depth)
    {
        var pointer = SchemaNode.TextOf(value) ?? throw Wrong(path, "the keyword '$ref' must be a string.");
        if (!_references.TryGetValue(pointer, out var definition))
        {
            var target = SchemaNode.Resolve(_root, pointer)
                ?? throw Wrong(path, $"'{pointer}' points to nothing in this schema; the keyword '$ref' is supported for places within it.");
            definition = _definitions.Count;
            _references.Add(pointer, definition);
            _definitions.Add(null);
            _definitions[definition] = Read(target, $"({pointer})", depth + 1);
        }
        return new Shape.Reference(definition);
    }

    private static ImmutableArray<JsonElement> Items(JsonElement value, string path, string what, bool mayBeEmpty = false) =>
        value.ValueKind == JsonValueKind.Array && (mayBeEmpty || value.GetArrayLength() > 0)
            ? [.. value.EnumerateArray()]
            : throw Wrong(path, $"an array of {what} is expected{(mayBeEmpty ? "" : ", with at least one")}.");

    private static SchemaException Wrong(string path, string reason) => new(new SchemaError(path, reason));
}
