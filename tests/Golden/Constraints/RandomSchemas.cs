using System.Text.Json.Nodes;

namespace MlxActors.Golden.Constraints;

/// <summary>Schemas of every kind that is supported, drawn from a seed.</summary>
internal sealed class RandomSchemas(Random random)
{
    private static readonly string[] Names = ["name", "age", "naïve \"x\"", "n", "na", "list", "日本", "a\\b", "tab\t", ""];

    private static readonly string[] Patterns =
        ["^[a-z]{2,4}$", "^\\d{3}-\\d{2}$", "b+", "^(yes|no)?$", "^[^x]*$", "^\\w{1,3}\\s\\S$", "^é.[\"\\\\/]$", "^a|b$", "^[\\u0000-\\u001f]{0,2}$"];

    private static readonly string[] Formats = ["date", "date-time", "uuid", "ipv4", "ipv6", "duration", "email", "uri"];

    public JsonObject Next()
    {
        var schema = Schema(3);
        schema["$defs"] = new JsonObject
        {
            ["node"] = new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject
                {
                    ["value"] = Schema(0),
                    ["next"] = new JsonObject { ["anyOf"] = new JsonArray(Reference(), new JsonObject { ["type"] = "null" }) },
                },
                ["required"] = new JsonArray("value"),
                ["additionalProperties"] = false,
            },
        };
        return schema;
    }

    private static JsonObject Reference() => new() { ["$ref"] = "#/$defs/node" };

    private JsonObject Schema(int depth) => random.Next(depth > 0 ? 19 : 9) switch
    {
        0 => new JsonObject { ["type"] = random.Next(2) == 0 ? "boolean" : "null" },
        1 => Number("integer", random.Next(-1200, 1200)),
        2 => Number("number", random.Next(-30, 30)),
        3 => Text(),
        4 => new JsonObject { ["type"] = "string", ["pattern"] = Of(Patterns) },
        5 => new JsonObject { ["enum"] = new JsonArray("red", "green \"x\"", 7, null, new JsonArray(1, "é"), new JsonObject { ["a"] = true }) },
        6 => new JsonObject { ["type"] = "string", ["format"] = Of(Formats) },
        7 => Multiples(),
        8 => PatternAndMore(),
        9 => new JsonObject { ["anyOf"] = new JsonArray(Schema(depth - 1), Schema(depth - 1)) },
        10 => List(depth),
        11 => Reference(),
        12 => Joined(depth),
        13 => Tagged(depth),
        14 => Map(depth),
        15 => ByPatterns(depth),
        _ => Object(depth),
    };

    private JsonObject Number(string type, int least)
    {
        var schema = new JsonObject { ["type"] = type };
        if (random.Next(2) == 0)
        {
            schema[random.Next(3) == 0 ? "exclusiveMinimum" : "minimum"] = Limit(type, least);
        }
        if (random.Next(2) == 0)
        {
            schema[random.Next(3) == 0 ? "exclusiveMaximum" : "maximum"] = Limit(type, least + 2 + random.Next(300));
        }
        return schema;
    }

    private decimal Limit(string type, int whole) => type == "number" && random.Next(2) == 0 ? whole + random.Next(1000) / 1000m : whole;

    private JsonObject Multiples() => random.Next(3) == 0
        ? new JsonObject
        {
            ["type"] = random.Next(2) == 0 ? "number" : "integer",
            ["multipleOf"] = new[] { 5m, 0.25m, 7m, 12.5m }[random.Next(4)],
        }
        : random.Next(2) == 0
        ? new JsonObject { ["type"] = "number", ["multipleOf"] = 0.01m, ["minimum"] = random.Next(3), ["maximum"] = 4.5m }
        : new JsonObject { ["type"] = "integer", ["multipleOf"] = 1 + random.Next(9), ["minimum"] = -random.Next(30), ["exclusiveMaximum"] = 40 };

    /// <summary>A pattern that looks ahead, beside a length, a format, or another pattern.</summary>
    private JsonObject PatternAndMore() => random.Next(4) switch
    {
        0 => Patterned("^(?!.*qq)[a-z]+(?=[0-9])[0-9a-z]*", ("minLength", 3), ("maxLength", 4 + random.Next(9))),
        1 => Patterned("^[a-z0-9]{1,9}@", ("format", "email"), ("maxLength", 12 + random.Next(30))),
        2 => Patterned("^2.{9}T", ("format", "date-time")),
        _ => Patterned("b", ("allOf", new JsonArray(new JsonObject { ["pattern"] = "^[^x\"]*$" }, new JsonObject { ["maxLength"] = 6 }))),
    };

    private static JsonObject Patterned(string pattern, params (string Keyword, JsonNode Value)[] others)
    {
        var schema = new JsonObject { ["type"] = "string", ["pattern"] = pattern };
        foreach (var (keyword, value) in others)
        {
            schema[keyword] = value;
        }
        return schema;
    }

    private JsonObject Map(int depth)
    {
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = Schema(depth - 1) };
        schema["propertyNames"] = random.Next(3) switch
        {
            0 => new JsonObject { ["type"] = "string" },
            1 => new JsonObject { ["pattern"] = "^[a-z]{1,3}b?$", ["maxLength"] = 3 },
            _ => new JsonObject { ["enum"] = new JsonArray("a", "na", "\"b\\") },
        };
        if (random.Next(2) == 0)
        {
            schema["minProperties"] = random.Next(3);
        }
        if (random.Next(2) == 0)
        {
            schema["maxProperties"] = 3 + random.Next(3);
        }
        if (random.Next(2) == 0)
        {
            schema["properties"] = new JsonObject { ["na"] = Schema(0), ["naïve"] = new JsonObject { ["type"] = "boolean" } };
        }
        return schema;
    }

    private JsonObject ByPatterns(int depth)
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["patternProperties"] = new JsonObject
            {
                ["^n"] = new JsonObject { ["type"] = "number" },
                ["b$"] = new JsonObject { ["minimum"] = 3 },
            },
            ["properties"] = new JsonObject { ["na"] = new JsonObject { ["maximum"] = 9 }, ["x"] = Schema(depth - 1) },
            ["maxProperties"] = 4,
        };
        if (random.Next(2) == 0)
        {
            schema["additionalProperties"] = random.Next(2) == 0 ? false : Schema(depth - 1);
        }
        return schema;
    }

    /// <summary>A base, and what is added to it in two ways.</summary>
    private JsonObject Joined(int depth) => new()
    {
        ["type"] = "object",
        ["allOf"] = new JsonArray(
            new JsonObject { ["properties"] = new JsonObject { ["id"] = Number("number", 0), ["kind"] = new JsonObject { ["type"] = "string" } } },
            new JsonObject
            {
                ["properties"] = new JsonObject { ["more"] = Schema(depth - 1), ["id"] = new JsonObject { ["type"] = "integer" } },
                ["required"] = new JsonArray("id", "kind"),
            }),
        ["anyOf"] = new JsonArray(
            new JsonObject { ["properties"] = new JsonObject { ["kind"] = new JsonObject { ["enum"] = new JsonArray("a", "b") } } },
            new JsonObject { ["properties"] = new JsonObject { ["kind"] = new JsonObject { ["minLength"] = 3, ["maxLength"] = 9 } } }),
    };

    /// <summary>Objects that their tags tell apart.</summary>
    private JsonObject Tagged(int depth) => new()
    {
        ["oneOf"] = new JsonArray([.. new[] { "cat", "dog" }.Select(tag => new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["tag"] = new JsonObject { ["const"] = tag }, ["value"] = Schema(depth - 1) },
            ["required"] = new JsonArray("tag"),
        })]),
    };

    private JsonObject Text()
    {
        var schema = new JsonObject { ["type"] = new JsonArray("string", "null") };
        if (random.Next(2) == 0)
        {
            schema["minLength"] = random.Next(4);
        }
        if (random.Next(2) == 0)
        {
            schema["maxLength"] = 4 + random.Next(8);
        }
        return schema;
    }

    private JsonObject List(int depth)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = Schema(depth - 1) };
        if (random.Next(4) == 0)
        {
            schema["items"] = new JsonObject { ["enum"] = new JsonArray("a", "b", 1, null) };
            schema["uniqueItems"] = true;
        }
        else if (random.Next(3) == 0)
        {
            schema["prefixItems"] = new JsonArray(Schema(depth - 1), Schema(depth - 1));
        }
        if (random.Next(2) == 0)
        {
            schema["minItems"] = random.Next(4);
        }
        if (random.Next(2) == 0)
        {
            schema["maxItems"] = 3 + random.Next(3);
        }
        return schema;
    }

    private JsonObject Object(int depth)
    {
        var (properties, required) = (new JsonObject(), new JsonArray());
        foreach (var name in Names.Where(_ => random.Next(3) == 0))
        {
            properties[name] = Schema(depth - 1);
            if (random.Next(2) == 0)
            {
                required.Add(name);
            }
        }
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required };
        if (random.Next(2) == 0)
        {
            schema["additionalProperties"] = random.Next(2) == 0 ? false : Schema(depth - 1);
        }
        return schema;
    }

    private string Of(string[] options) => options[random.Next(options.Length)];
}
