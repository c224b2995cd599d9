using System.Globalization;
using System.Text.Json;
using MlxActors.Generation.Constraints.Schemas;
using MlxActors.Http.Errors;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>What can be wrong with a field, in OpenAI's words and codes.</summary>
internal static class Faults
{
    public static ApiError Missing(string path) =>
        ApiError.BadRequest($"Missing required parameter: '{path}'.", path, "missing_required_parameter");

    public static ApiError WrongType(string path, string expected, JsonElement value) =>
        ApiError.BadRequest($"Invalid type for '{path}': expected {expected}, but got {NameOf(value)} instead.", path, "invalid_type");

    public static ApiError NotOneOf(string path, string value, IEnumerable<string> supported) => ApiError.BadRequest(
        $"Invalid value: '{Shorten(value)}'. Supported values are: {string.Join(", ", supported.Select(name => $"'{name}'"))}.",
        path,
        "invalid_value");

    public static ApiError Invalid(string path, string why) => ApiError.BadRequest($"Invalid '{path}': {why}", path, "invalid_value");

    public static ApiError Below<T>(string kind, string path, T least, string value)
        where T : IFormattable => ApiError.BadRequest(
            $"Invalid '{path}': {kind} below minimum value. Expected a value >= {Plain(least)}, but got {Shorten(value)} instead.",
            path,
            $"{kind}_below_min_value");

    public static ApiError Above<T>(string kind, string path, T most, string value)
        where T : IFormattable => ApiError.BadRequest(
            $"Invalid '{path}': {kind} above maximum value. Expected a value <= {Plain(most)}, but got {Shorten(value)} instead.",
            path,
            $"{kind}_above_max_value");

    public static ApiError EmptyArray(string path) => ApiError.BadRequest(
        $"Invalid '{path}': empty array. Expected an array with minimum length 1, but got an empty array instead.", path, "empty_array");

    public static ApiError ArrayTooLong(string path, int most, int length) => ApiError.BadRequest(
        $"Invalid '{path}': array too long. Expected an array with maximum length {most}, but got an array with length {length} instead.",
        path,
        "array_above_max_length");

    /// <summary>A field that is understood, and whose effect this server does not have yet.</summary>
    public static ApiError NotSupported(string path, string what) =>
        ApiError.BadRequest($"Unsupported parameter: '{path}': {what} not supported yet.", path, "unsupported_parameter");

    /// <summary>
    /// A JSON schema that an answer cannot be held to; the message has the place as a JSON pointer, the parameter as that of any field.
    /// </summary>
    public static ApiError Schema(string path, SchemaError error) => ApiError.BadRequest(
        $"Invalid schema for '{path}', at '#{Shorten(error.Path)}': {error.Reason}", path + Dotted(error.Path), "invalid_json_schema");

    private static string Dotted(string pointer) => string.Concat(pointer.Split('/').Skip(1).Select(step =>
        step.Length > 0 && step.All(char.IsAsciiDigit) ? $"[{step}]" : $".{step.Replace("~1", "/").Replace("~0", "~")}"));

    private static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "a string",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "an integer" : "a decimal",
        _ => "null",
    };

    private static string Plain<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    // What a client sent is repeated to it, but not a megabyte of it.
    private static string Shorten(string value) => value.Length <= 64 ? value : $"{value[..64]}…";
}
