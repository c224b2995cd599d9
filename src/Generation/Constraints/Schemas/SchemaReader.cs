using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Native.Results;

namespace MlxActors.Generation.Constraints.Schemas;

/// <summary>
/// Reads JSON schemas (draft 2020-12, and the older words for the same) as far as an answer can be held to them. Properties come in the
/// schema's order, those of joined schemas one behind the other; an object that names properties and says nothing of others has no others.
/// A keyword that demands what an answer cannot be held to is an error; every other only describes, and is passed over.
/// </summary>
internal sealed partial class SchemaReader
{
    private const int MaxDepth = 48;
    private const int MostSchemas = 5000;
    private const int MostMembers = 500;

    private static readonly FrozenSet<string> Unsupported = FrozenSet.Create(
        StringComparer.Ordinal,
        [
            "not", "if", "then", "else", "contains", "minContains", "maxContains", "dependentRequired", "dependentSchemas", "dependencies",
            "unevaluatedProperties", "unevaluatedItems", "contentSchema", "$dynamicRef", "$recursiveRef", "extends", "disallow",
            "divisibleBy",
        ]);

    private static readonly FrozenDictionary<string, string> TypeOfKeyword = new Dictionary<string, string>
    {
        ["properties"] = "object",
        ["required"] = "object",
        ["additionalProperties"] = "object",
        ["patternProperties"] = "object",
        ["propertyNames"] = "object",
        ["minProperties"] = "object",
        ["maxProperties"] = "object",
        ["items"] = "array",
        ["prefixItems"] = "array",
        ["additionalItems"] = "array",
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

    public static Result<SchemaShape, SchemaError> Read(JsonElement root)
    {
        try
        {
            var reader = new SchemaReader(root);
            var shape = reader.Read(root, "", 0);
            return new SchemaShape(shape, [.. reader._definitions.Select(definition => definition!)]);
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
            if (Unsupported.Contains(keyword.Name))
            {
                throw new SchemaNode(schema, path).Wrong(keyword.Name, "is not supported.");
            }
        }
        var shape = ReadKnown(new SchemaNode(schema, path), depth);
        return schema.TryGetProperty("nullable", out var nullable) && nullable.ValueKind == JsonValueKind.True
            ? new Shape.OneOf([shape, new Shape.Null()])
            : shape;
    }

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
            var (value, at) = (node.Get(keyword), node.PathOf(keyword));
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
        [.. Items(value, path, "schemas").Select((option, i) => Read(option, $"{path}/{i}", depth + 1))];

    private Shape Both(Shape left, Shape right, string path)
    {
        try
        {
            return new Intersection(_definitions).Of(left, right)
                ?? throw Wrong(path, "no value satisfies the keyword and what it stands beside.");
        }
        catch (NoIntersectionException e)
        {
            var keyword = path[(path.LastIndexOf('/') + 1)..];
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
        var (value, path) = (node.Get("type"), node.PathOf("type"));
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
            _definitions[definition] = Read(target, Uri.UnescapeDataString(pointer[1..]), depth + 1);
        }
        return new Shape.Reference(definition);
    }

    private static ImmutableArray<JsonElement> Items(JsonElement value, string path, string what, bool mayBeEmpty = false) =>
        value.ValueKind == JsonValueKind.Array && (mayBeEmpty || value.GetArrayLength() > 0)
            ? [.. value.EnumerateArray()]
            : throw Wrong(path, $"an array of {what} is expected{(mayBeEmpty ? "" : ", with at least one")}.");

    private static SchemaException Wrong(string path, string reason) => new(new SchemaError(path, reason));
}
