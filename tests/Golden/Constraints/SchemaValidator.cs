using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MlxActors.Golden.Constraints;

/// <summary>Whether a JSON value satisfies a schema: straight from the specification's words, and sharing nothing with the grammars.</summary>
internal sealed class SchemaValidator(JsonElement root)
{
    public bool IsValid(JsonElement value) => IsValid(root, value);

    private bool IsValid(JsonElement schema, JsonElement value) => schema.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => schema.EnumerateObject().All(keyword => Holds(keyword.Name, keyword.Value, schema, value)),
    };

    private bool Holds(string keyword, JsonElement wanted, JsonElement schema, JsonElement value) => keyword switch
    {
        "type" => wanted.ValueKind == JsonValueKind.Array
            ? wanted.EnumerateArray().Any(type => IsOfType(type.GetString()!, value))
            : IsOfType(wanted.GetString()!, value),
        "enum" => wanted.EnumerateArray().Any(option => JsonElement.DeepEquals(option, value)),
        "const" => JsonElement.DeepEquals(wanted, value),
        "anyOf" => wanted.EnumerateArray().Any(option => IsValid(option, value)),
        "oneOf" => wanted.EnumerateArray().Count(option => IsValid(option, value)) == 1,
        "allOf" => wanted.EnumerateArray().All(option => IsValid(option, value)),
        "$ref" => IsValid(Target(wanted.GetString()!), value),
        "not" => !IsValid(wanted, value),
        "$defs" => true,
        _ => value.ValueKind switch
        {
            JsonValueKind.Object => HoldsForObject(keyword, wanted, schema, value),
            JsonValueKind.Array => HoldsForArray(keyword, wanted, schema, value),
            JsonValueKind.String => HoldsForString(keyword, wanted, value.GetString()!),
            JsonValueKind.Number => HoldsForNumber(keyword, wanted, value.GetDouble()),
            _ => true,
        },
    };

    private static bool IsOfType(string type, JsonElement value) => (type, value.ValueKind) switch
    {
        ("null", JsonValueKind.Null) or ("boolean", JsonValueKind.True or JsonValueKind.False) or ("number", JsonValueKind.Number) => true,
        ("string", JsonValueKind.String) or ("array", JsonValueKind.Array) or ("object", JsonValueKind.Object) => true,
        ("integer", JsonValueKind.Number) => Math.Floor(value.GetDouble()) == value.GetDouble(),
        _ => false,
    };

    private bool HoldsForObject(string keyword, JsonElement wanted, JsonElement schema, JsonElement value) => keyword switch
    {
        "properties" => wanted.EnumerateObject().All(property =>
            !value.TryGetProperty(property.Name, out var member) || IsValid(property.Value, member)),
        "required" => wanted.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
        "patternProperties" => wanted.EnumerateObject().All(pattern => value.EnumerateObject().All(member =>
            !Regex.IsMatch(member.Name, pattern.Name, RegexOptions.CultureInvariant) || IsValid(pattern.Value, member.Value))),
        "additionalProperties" => value.EnumerateObject().All(member => IsNamed(schema, member.Name) || IsValid(wanted, member.Value)),
        "propertyNames" => value.EnumerateObject().All(member => IsValid(wanted, JsonElement.Parse(JsonSerializer.Serialize(member.Name)))),
        "minProperties" => value.EnumerateObject().Count() >= wanted.GetInt32(),
        "maxProperties" => value.EnumerateObject().Count() <= wanted.GetInt32(),
        _ => true,
    };

    private static bool IsNamed(JsonElement schema, string name) =>
        (schema.TryGetProperty("properties", out var named) && named.TryGetProperty(name, out _))
        || (schema.TryGetProperty("patternProperties", out var patterns)
            && patterns.EnumerateObject().Any(pattern => Regex.IsMatch(name, pattern.Name, RegexOptions.CultureInvariant)));

    private bool HoldsForArray(string keyword, JsonElement wanted, JsonElement schema, JsonElement value)
    {
        // In older drafts, an array of items is what became the first items, and additional ones what became the items.
        var isOlder = schema.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array;
        var first = isOlder ? items.GetArrayLength() : schema.TryGetProperty("prefixItems", out var prefix) ? prefix.GetArrayLength() : 0;
        return (keyword, isOlder) switch
        {
            ("prefixItems", false) or ("items", true) =>
                value.EnumerateArray().Zip(wanted.EnumerateArray()).All(pair => IsValid(pair.Second, pair.First)),
            ("items", false) or ("additionalItems", true) => value.EnumerateArray().Skip(first).All(item => IsValid(wanted, item)),
            ("minItems", _) => value.GetArrayLength() >= wanted.GetInt32(),
            ("maxItems", _) => value.GetArrayLength() <= wanted.GetInt32(),
            ("uniqueItems", _) => !wanted.GetBoolean() || !value.EnumerateArray()
                .Where((item, i) => value.EnumerateArray().Take(i).Any(before => JsonElement.DeepEquals(item, before))).Any(),
            _ => true,
        };
    }

    private static bool HoldsForString(string keyword, JsonElement wanted, string value) => keyword switch
    {
        "minLength" => value.EnumerateRunes().Count() >= wanted.GetInt32(),
        "maxLength" => value.EnumerateRunes().Count() <= wanted.GetInt32(),
        "pattern" => Regex.IsMatch(value, wanted.GetString()!, RegexOptions.CultureInvariant),
        "format" => wanted.GetString() switch
        {
            "date" => DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            "date-time" => DateTime.TryParse(value[..19], CultureInfo.InvariantCulture, out _),
            "ipv6" => System.Net.IPAddress.TryParse(value, out var long6) && long6.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6,
            "duration" => value.EndsWith('W') ? int.TryParse(value[1..^1], out _) : IsDuration(value),
            "time" => DateTimeOffset.TryParse($"2000-01-01T{value}", CultureInfo.InvariantCulture, out _),
            "uuid" or "uuid4" => Guid.TryParseExact(value, "D", out _),
            "ipv4" => System.Net.IPAddress.TryParse(value, out var address) && address.ToString() == value,
            "email" => System.Net.Mail.MailAddress.TryCreate(value, out _),
            "uri" => Uri.TryCreate(value, UriKind.Absolute, out _),
            "hostname" => Uri.CheckHostName(value) != UriHostNameType.Unknown,
            _ => true,
        },
        _ => true,
    };

    private static bool HoldsForNumber(string keyword, JsonElement wanted, double value) => keyword switch
    {
        "multipleOf" => IsMultiple(value, wanted),
        "minimum" => value >= wanted.GetDouble(),
        "maximum" => value <= wanted.GetDouble(),
        "exclusiveMinimum" => value > wanted.GetDouble(),
        "exclusiveMaximum" => value < wanted.GetDouble(),
        _ => true,
    };

    private static bool IsDuration(string value)
    {
        try
        {
            System.Xml.XmlConvert.ToTimeSpan(value);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static bool IsMultiple(double value, JsonElement step) =>
        Math.Abs(value / step.GetDouble() - Math.Round(value / step.GetDouble())) < 1e-6;

    private JsonElement Target(string pointer) =>
        pointer.Split('/').Skip(1).Aggregate(root, (place, step) => place.GetProperty(step));
}
