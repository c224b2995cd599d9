using System.Collections.Immutable;
using System.Text.Json;

namespace MlxActors.Models;

/// <summary>How a module is packed: see <c>Weight.Quantized</c>.</summary>
public readonly record struct Quantization(int GroupSize, int Bits);

/// <summary>
/// The <c>quantization</c> entry of a converted checkpoint: one packing for all modules, and others by module path. Whether a module is
/// quantized at all is told by its scales in the file, so a path that maps to <c>false</c> needs no entry here.
/// </summary>
public sealed record QuantizationConfig(Quantization? Default, ImmutableDictionary<string, Quantization> Overrides)
{
    public static QuantizationConfig None { get; } = new(null, ImmutableDictionary<string, Quantization>.Empty);

    /// <summary>The packing of a module that has scales; null when the config does not tell.</summary>
    public Quantization? Of(string modulePath) => Overrides.TryGetValue(modulePath, out var quantization) ? quantization : Default;

    public static QuantizationConfig Parse(ConfigNode config)
    {
        if ((config.Object("quantization") ?? config.Object("quantization_config")) is not { } node)
        {
            return None;
        }
        var fallback = Parse(node, null);
        var overrides = node.Json.EnumerateObject()
            .Where(entry => entry.Value.ValueKind == JsonValueKind.Object)
            .Select(entry => KeyValuePair.Create(entry.Name, Parse(node.RequiredObject(entry.Name), fallback)))
            .DistinctBy(entry => entry.Key);
        return new QuantizationConfig(fallback, ImmutableDictionary.CreateRange(overrides));
    }

    private static Quantization Parse(ConfigNode node, Quantization? fallback)
    {
        if (node.Text("mode") is not (null or "affine"))
        {
            throw node.Wrong("mode", "\"affine\"");
        }
        var groupSize = node.Size("group_size", fallback?.GroupSize);
        var bits = node.Size("bits", fallback?.Bits);
        return (groupSize, bits) switch
        {
            (not (32 or 64 or 128), _) => throw node.Wrong("group_size", "32, 64 or 128"),
            (_, not (2 or 3 or 4 or 5 or 6 or 8)) => throw node.Wrong("bits", "2, 3, 4, 5, 6 or 8"),
            _ => new Quantization(groupSize, bits),
        };
    }
}
