using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Models.Qwen3Vl;

namespace MlxActors.Models.Hub;

/// <summary>What a checkpoint's <c>config.json</c> says of it, without loading it.</summary>
/// <param name="Family">The config's <c>model_type</c>; null when it does not say.</param>
/// <param name="ContextWindow">In tokens; null when neither the config nor the family says.</param>
/// <param name="Capabilities">By the towers that the config describes.</param>
public sealed record ModelCard(string? Family, int? ContextWindow, Capabilities Capabilities)
{
    /// <summary>Windows of families whose configs leave the default of their reference implementation unsaid.</summary>
    private static readonly ImmutableDictionary<string, int> DefaultWindows = ImmutableDictionary.CreateRange(
        StringComparer.Ordinal,
        [KeyValuePair.Create("gemma3", 131_072), KeyValuePair.Create("gemma3_text", 131_072), KeyValuePair.Create("gemma3n", 32_768)]);

    public static ModelCard Unknown { get; } = new(null, null, Capabilities.Text);

    public static ModelCard Read(string folder) => ReadFile(Path.Combine(folder, "config.json"));

    /// <param name="path">Of a <c>config.json</c>, whatever its name here.</param>
    public static ModelCard ReadFile(string path)
    {
        try
        {
            using var config = JsonDocument.Parse(File.ReadAllBytes(path));
            return Of(config.RootElement);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return Unknown;
        }
    }

    public static ModelCard Of(JsonElement config)
    {
        if (config.ValueKind != JsonValueKind.Object)
        {
            return Unknown;
        }
        var family = config.TryGetProperty("model_type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;
        var text = config.TryGetProperty("text_config", out var nested) && nested.ValueKind == JsonValueKind.Object ? nested : config;
        return new ModelCard(
            family,
            Window(text) ?? (family is not null && DefaultWindows.TryGetValue(family, out var window) ? window : null),
            (Has(config, "vision_config") ? Capabilities.Vision : Capabilities.Text)
            | (Has(config, "audio_config") ? Capabilities.Audio : Capabilities.Text)
            | (Has(config, "vision_config") && family is (Qwen3VlConfig.ModelType or "gemma3n") ? Capabilities.Video : Capabilities.Text));
    }

    private static bool Has(JsonElement config, string tower) =>
        config.TryGetProperty(tower, out var value) && value.ValueKind == JsonValueKind.Object;

    private static int? Window(JsonElement text) =>
        text.TryGetProperty("max_position_embeddings", out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt32(out var window) && window > 0
            ? window
            : null;
}
