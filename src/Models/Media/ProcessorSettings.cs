using System.Text.Json;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media;

/// <summary>What a key of a processor's settings may hold, if it is there.</summary>
internal sealed record SettingRule(string Key, string Expected, Func<JsonElement, bool> IsLegal);

/// <summary>Reads the settings of processors, in which any key may be missing or null.</summary>
internal static class ProcessorSettings
{
    /// <summary>
    /// <c>preprocessor_config.json</c>, else the part of <c>processor_config.json</c>; null when there is neither.
    /// </summary>
    public static ConfigNode? Find(string directory, string part = "image_processor") =>
        ReadObject(directory, "preprocessor_config.json", root => root)
        ?? ReadObject(directory, "processor_config.json", root => root.Object(part));

    /// <summary>The settings, if they obey the rules.</summary>
    /// <param name="file">The file's name, for the error.</param>
    public static Result<JsonElement, LoadError> Check(JsonElement json, string file, IEnumerable<SettingRule> rules)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return new LoadError($"{file}: processor settings: found {json.ValueKind}, expected an object", file);
        }
        foreach (var rule in rules)
        {
            if (Find(json, rule.Key) is { } value && !rule.IsLegal(value))
            {
                return new LoadError($"{file}: '{rule.Key}': found {value.GetRawText()}, expected {rule.Expected}", file);
            }
        }
        return json;
    }

    public static JsonElement? Find(JsonElement json, string key) =>
        json.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static bool IsBoolean(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False;

    public static bool IsNumber(JsonElement value, Func<double, bool> isLegal) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) && isLegal(number);

    public static bool IsInteger(JsonElement value, int min, int max) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= min && number <= max;

    private static ConfigNode? ReadObject(string directory, string file, Func<ConfigNode, ConfigNode?> select) =>
        File.Exists(Path.Combine(directory, file)) ? select(ConfigNode.Read(directory, file)) : null;
}
