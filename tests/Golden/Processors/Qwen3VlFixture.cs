using System.Text.Json;
using MlxActors.Models.Media;
using MlxActors.Models.Qwen3Vl;
using MlxActors.Native.Results;

namespace MlxActors.Golden.Processors;

/// <summary>The files of <c>processors/qwen3_vl</c>, whose rows are the cases.</summary>
internal static class Qwen3VlFixture
{
    public const string Folder = "processors/qwen3_vl";

    /// <summary>A row for each object of an array in one of the files.</summary>
    /// <param name="path">Members that lead to the array.</param>
    public static TheoryData<string?> Rows(string file, params string[] path) =>
        File.Exists(PathOf(file))
            ? Goldens.Rows(Array(file, path).Select((_, i) => i.ToString()))
            : Goldens.Rows([]);

    public static JsonElement Row(string? row, string file, params string[] path)
    {
        var index = int.Parse(Goldens.SkipWhenNone(row, $"{Folder}/{file}"));
        return Array(file, path).ElementAt(index);
    }

    public static JsonElement Json(string file) => JsonDocument.Parse(File.ReadAllBytes(PathOf(file))).RootElement;

    public static string PathOf(string file) => Goldens.PathOf(Folder, file);

    public static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetInt32())];

    private static IEnumerable<JsonElement> Array(string file, string[] path) =>
        path.Aggregate(Json(file), (json, member) => json.GetProperty(member)).EnumerateArray();

    public static T Ok<T, TError>(Result<T, TError> result) =>
        result.Match(value => value, error => throw new InvalidDataException($"{error}"));

    /// <summary>Holds patches against the kept ones and the means of all, within the fixtures' tolerance.</summary>
    public static void AssertPatches(
        JsonElement golden, JsonElement tolerance, GoldenTensors tensors, string pixels, IReadOnlyList<PatchValues> groups)
    {
        int[] grid = [groups.Count, groups[0].GridRows, groups[0].GridColumns];
        Assert.Equal(Ints(golden.GetProperty("grid_thw")), grid);
        var patches = golden.GetProperty("patches").GetInt32();
        float[] actual = [.. groups.SelectMany(group => group.Values)];
        var length = actual.Length / patches;
        var kept = Ints(golden.GetProperty("kept_patches"))
            .SelectMany(patch => ChannelsFirst(actual.AsSpan(patch * length, length)))
            .ToArray();

        var expected = tensors[golden.GetProperty(pixels).GetString()!].Floats();
        Assert.Equal(expected.Length, kept.Length);
        var differences = expected.Zip(kept, (left, right) => Math.Abs(left - right)).ToArray();
        Assert.True(differences.Max() <= tolerance.GetProperty("max_abs").GetDouble(), $"differs by {differences.Max()}");
        var share = differences.Count(difference => difference > 0.0001) / (double)differences.Length;
        Assert.True(share <= tolerance.GetProperty("max_share_off_by_more_than_0.0001").GetDouble(), $"{share:P2} of the values are off");

        var means = tensors[golden.GetProperty("patch_means").GetString()!].Floats();
        Assert.Equal(patches, means.Length);
        var worst = means.Zip(actual.Chunk(length), (mean, patch) => Math.Abs(mean - patch.Average())).Max();
        Assert.True(worst <= tolerance.GetProperty("patch_means_abs").GetDouble(), $"the mean of a patch differs by {worst}");
    }

    /// <summary>A patch in the reference's order.</summary>
    private static float[] ChannelsFirst(ReadOnlySpan<float> patch)
    {
        var turned = new float[patch.Length];
        var pixels = patch.Length / PixelImage.Channels;
        for (var i = 0; i < patch.Length; i++)
        {
            turned[i % PixelImage.Channels * pixels + i / PixelImage.Channels] = patch[i];
        }
        return turned;
    }

    public static Qwen3VlImageConfig Config(PixelBounds bounds) => Qwen3VlImageConfig.Default with { Bounds = bounds };
}
