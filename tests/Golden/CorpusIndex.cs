using System.Text.Json;

namespace MlxActors.Golden;

/// <summary>The rows of a corpus' index by file name; none when the root holds no such corpus.</summary>
internal static class CorpusIndex
{
    public static IReadOnlyDictionary<string, JsonElement> Read(string path) => File.Exists(path)
        ? JsonDocument.Parse(File.ReadAllBytes(path)).RootElement.GetProperty("files").EnumerateArray()
            .ToDictionary(row => row.GetProperty("file").GetString()!, StringComparer.Ordinal)
        : new Dictionary<string, JsonElement>();
}
