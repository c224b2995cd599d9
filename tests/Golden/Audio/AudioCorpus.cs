using System.Text.Json;

namespace MlxActors.Golden.Audio;

/// <summary><c>audio/index.json</c> and the samples expected.</summary>
internal static class AudioCorpus
{
    public const string Folder = "audio";
    public const int TargetRate = 16_000;

    private static readonly Lazy<IReadOnlyDictionary<string, JsonElement>> Index =
        new(() => CorpusIndex.Read(Goldens.PathOf(Folder, "index.json")));

    private static readonly Lazy<GoldenTensors> Expected = new(() => GoldenTensors.Open(Goldens.PathOf(Folder, "expected.safetensors")));

    public static JsonElement Row(string file) => Index.Value[file];

    public static TheoryData<string?> Files(Func<JsonElement, bool> where) =>
        Goldens.Rows(Index.Value.Where(row => where(row.Value)).Select(row => row.Key));

    public static byte[] Content(string file) => File.ReadAllBytes(Goldens.PathOf(Folder, file));

    public static bool IsOwn(JsonElement row) => row.GetProperty("via").GetString() == "own";

    public static double? Tolerance(string file, string name) =>
        Row(file).GetProperty("tolerance").TryGetProperty(name, out var value) ? value.GetDouble() : null;

    public static bool MayFail(string file) => Row(file).TryGetProperty("error_acceptable", out _);

    /// <summary>Mono at the file's own rate; null where the reference holds only the other rate.</summary>
    public static float[]? Samples(string file) => Expected.Value.Contains(file) ? Expected.Value[file].Floats() : null;

    /// <summary>Mono at <see cref="TargetRate"/>.</summary>
    public static float[] Resampled(string file) => Expected.Value[Expected.Value.Contains(file + "#16k") ? file + "#16k" : file].Floats();
}
