using System.Text.Json;

namespace MlxActors.Generation.Constraints.Schemas;

/// <summary>Ends the reading of a schema; never leaves <see cref="SchemaReader"/>.</summary>
internal sealed class SchemaException(SchemaError error) : Exception(error.Reason)
{
    public SchemaError Error => error;
}

/// <summary>One schema within a schema.</summary>
/// <param name="Path">Where: a JSON pointer.</param>
internal readonly record struct SchemaNode(JsonElement Schema, string Path)
{
    /// <summary>Longer texts and arrays than this are no shape, but a mistake.</summary>
    private const int MostCount = 50_000;

    public bool Has(string keyword) => Schema.TryGetProperty(keyword, out _);

    public JsonElement Get(string keyword) => Schema.GetProperty(keyword);

    public JsonElement Object(string keyword) =>
        Get(keyword) is { ValueKind: JsonValueKind.Object } value ? value : throw Wrong(keyword, "must be an object.");

    /// <summary>The number that a keyword such as <c>minItems</c> gives; null when it is not there.</summary>
    public int? Count(string keyword) =>
        !Has(keyword) ? null
        : Get(keyword) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number)
            && number is >= 0 and <= MostCount && Math.Floor(number) == number ? (int)number
        : throw Wrong(keyword, $"must be an integer from 0 to {MostCount}.");

    public SchemaException Wrong(string keyword, string what) =>
        new(new SchemaError(PathOf(keyword), $"the keyword '{keyword}' {what}"));

    public string PathOf(string keyword) => Below(Path, keyword);

    public static string Below(string path, string name) => $"{path}/{name.Replace("~", "~0").Replace("/", "~1")}";

    /// <summary>A string's value; null when it is none, or holds half of a surrogate pair.</summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Whether every string in the value is one that can be written as UTF-8.</summary>
    public static bool IsText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => TextOf(value) is not null,
        JsonValueKind.Array => value.EnumerateArray().All(IsText),
        JsonValueKind.Object => value.EnumerateObject().All(member => NameOf(member) is not null && IsText(member.Value)),
        _ => true,
    };

    /// <summary>What a JSON pointer such as <c>#/$defs/Node</c> points to; null when that is nothing.</summary>
    public static JsonElement? Resolve(JsonElement root, string pointer)
    {
        if (pointer == "#")
        {
            return root;
        }
        if (!pointer.StartsWith("#/", StringComparison.Ordinal))
        {
            return null;
        }
        var place = root;
        foreach (var step in pointer[2..].Split('/'))
        {
            var name = Uri.UnescapeDataString(step).Replace("~1", "/").Replace("~0", "~");
            if (place.ValueKind == JsonValueKind.Object && place.TryGetProperty(name, out var member))
            {
                place = member;
            }
            else if (place.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index) && index >= 0 && index < place.GetArrayLength())
            {
                place = place[index];
            }
            else
            {
                return null;
            }
        }
        return place;
    }
}
