using System.Text.Json;
using MlxActors.Native.Results;

namespace MlxActors.Models.Hub;

/// <summary>Whether a folder holds a whole checkpoint, by the names of its files alone.</summary>
public static class CheckpointFolder
{
    private const string ShardIndex = "model.safetensors.index.json";

    /// <returns>The folder, or what is missing, in words.</returns>
    public static Result<string, string> Check(string folder) => Missing(folder) is { } missing
        ? Result.Error<string, string>($"{folder} has no {missing}")
        : Result.Ok<string, string>(folder);

    private static string? Missing(string folder) =>
        !File.Exists(Path.Combine(folder, "config.json")) ? "config.json"
        : !File.Exists(Path.Combine(folder, "tokenizer.json")) ? "tokenizer.json"
        : File.Exists(Path.Combine(folder, ShardIndex)) ? Shards(folder).FirstOrDefault(shard => !File.Exists(Path.Combine(folder, shard)))
        : Directory.EnumerateFiles(folder, "*.safetensors").Any() ? null
        : "*.safetensors file";

    // A download that broke off leaves an index whose shards are not all there. An index that cannot be read is the loader's to report.
    private static IEnumerable<string> Shards(string folder)
    {
        try
        {
            using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, ShardIndex)));
            return index.RootElement.TryGetProperty("weight_map", out var map) && map.ValueKind == JsonValueKind.Object
                ? [.. map.EnumerateObject().Select(entry => entry.Value.ToString()).Distinct()]
                : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException)
        {
            return [];
        }
    }
}
