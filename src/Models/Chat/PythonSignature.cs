using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace MlxActors.Models.Chat;

/// <summary>A tool as the signature of a Python function with its docstring.</summary>
internal static class PythonSignature
{
    private const string Indent = "    ";
    private const string Quotes = "\"\"\"";

    public static string Of(ToolDefinition tool)
    {
        var parameters = Parameters(tool.Parameters);
        var declared = string.Join(", ", parameters.Select(Declare));
        var text = new StringBuilder($"def {tool.Name}({declared}):\n{Indent}{Quotes}{tool.Description}");
        if (parameters.Length == 0)
        {
            return text.Append(Quotes).ToString();
        }
        text.Append($"\n\n{Indent}Args:\n");
        foreach (var parameter in parameters)
        {
            text.Append($"{Indent}{Indent}{parameter.Name}:{Describe(parameter.Schema)}\n");
        }
        return text.Append(Indent).Append(Quotes).ToString();
    }

    /// <summary>Names of the parameters in the order of the signature.</summary>
    public static ImmutableArray<string> ParametersOf(ToolDefinition tool) =>
        [.. Parameters(tool.Parameters).Select(parameter => parameter.Name)];

    /// <summary>Required ones first.</summary>
    private static Parameter[] Parameters(JsonElement schema)
    {
        if (Member(schema, "properties") is not { ValueKind: JsonValueKind.Object } properties)
        {
            return [];
        }
        var required = Member(schema, "required") is { ValueKind: JsonValueKind.Array } names
            ? names.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!).ToHashSet()
            : [];
        return
        [
            .. properties.EnumerateObject()
                .Select(property => new Parameter(property.Name, property.Value, required.Contains(property.Name)))
                .OrderByDescending(parameter => parameter.Required),
        ];
    }

    private static string Declare(Parameter parameter) =>
        $"{parameter.Name}: {TypeOf(parameter.Schema)}{(parameter.Required ? "" : " = None")}";

    private static string TypeOf(JsonElement schema) => StringOf(schema, "type") switch
    {
        "string" => "str",
        "integer" => "int",
        "number" => "float",
        "boolean" => "bool",
        "array" => "list",
        "object" => "dict",
        "null" => "None",
        _ => "object",
    };

    /// <summary>With its leading space, or nothing.</summary>
    private static string Describe(JsonElement schema)
    {
        var description = StringOf(schema, "description") is { Length: > 0 } text ? $" {text}" : "";
        return Member(schema, "enum") is { ValueKind: JsonValueKind.Array } values
            ? $"{description} One of: {string.Join(", ", values.EnumerateArray().Select(PythonLiteral.OfArgument))}."
            : description;
    }

    private static string? StringOf(JsonElement schema, string name) =>
        Member(schema, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static JsonElement? Member(JsonElement schema, string name) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(name, out var member) ? member : null;

    private sealed record Parameter(string Name, JsonElement Schema, bool Required);
}
