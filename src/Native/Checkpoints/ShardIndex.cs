using System.Text.Json;

namespace MlxActors.Native.Checkpoints;

/// <summary>Which file of a checkpoint holds which tensor: <c>model.safetensors.index.json</c>.</summary>
internal sealed record ShardIndex(IReadOnlyDictionary<string, string> FileOfTensor)
{
    public const string FileName = "model.safetensors.index.json";

    private const int MaxBytes = 64 << 20;

    /// <summary>The files, in the order of their names.</summary>
    public IReadOnlyList<string> Files => [.. FileOfTensor.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <exception cref="CheckpointException">It is not an index, or it names something that is not a file name.</exception>
    public static ShardIndex Read(string directory)
    {
        var root = JsonFile.ReadObject(directory, FileName, MaxBytes);
        if (!root.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
        {
            throw new CheckpointException(FileName, "weight_map", "an object", "none");
        }
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in map.EnumerateObject())
        {
            if (!files.TryAdd(entry.Name, ShardName(entry)))
            {
                throw new CheckpointException(FileName, entry.Name, "each tensor once", "it twice");
            }
        }
        return new ShardIndex(files);
    }

    /// <summary>Only plain names: a path could lead out of the checkpoint's directory.</summary>
    private static string ShardName(JsonProperty entry)
    {
        var name = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : null;
        return name is not null && name.EndsWith(".safetensors", StringComparison.Ordinal) && name.IndexOfAny(['/', '\\', ':', '\0']) < 0
            ? name
            : throw new CheckpointException(
                FileName, entry.Name, "the name of a .safetensors file in the same directory", entry.Value.GetRawText());
    }
}
