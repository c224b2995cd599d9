using System.Text.Json;
using MlxActors.Models;
using MlxActors.Models.Media;
using MlxActors.Models.Qwen3Vl;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors;

namespace MlxActors.Golden.Families;

/// <summary>Rotary tables and interpolated positions of Qwen3-VL, each by itself.</summary>
public sealed class Qwen3VlPositionTests : IDisposable
{
    private readonly IBackend _backend = Backends.Exact();

    public static TheoryData<string?> MropeCases => Goldens.Files("models/qwen3_vl", "unit_mrope*.json");

    public static TheoryData<string?> VisionCases => Goldens.Files("models/qwen3_vl", "unit_vision_positions*.json");

    public void Dispose() => _backend.Dispose();

    [SkippableTheory]
    [MemberData(nameof(MropeCases))]
    public void TextRope_PositionsOnThreeAxes_HasTheReferencesAngles(string? path)
    {
        var file = CaseOf(Goldens.SkipWhenNone(path, "M-RoPE"));
        var config = Qwen3VlConfig.Parse(file.Config).Text;

        var actual = Angles([.. file.Integers("input.position_ids")], 3, Qwen3VlRope.Text(config));

        AssertClose(file, "cos", actual.Cosines);
        AssertClose(file, "sin", actual.Sines);
    }

    [SkippableTheory]
    [MemberData(nameof(VisionCases))]
    public void VisionPositions_GridsOfManyShapes_AreTheReferences(string? path)
    {
        var file = CaseOf(Goldens.SkipWhenNone(path, "vision positions"));
        var config = Qwen3VlConfig.Parse(file.Config).Vision!;
        var grids = file.Integers("input.grid_thw").Chunk(3)
            .SelectMany(grid => Enumerable.Repeat((Rows: grid[1], Columns: grid[2]), grid[0]))
            .ToArray();
        using var source = Open(file);
        var table = Qwen3VlPositions.Load(WeightMap.Root(source) / "vision_tower" / "pos_embed", _backend, config);

        var embeddings = grids.SelectMany(grid => _backend.View(table.Forward(_backend, grid.Rows, grid.Columns)).ToArray()).ToArray();
        var order = grids.SelectMany(grid => PatchOrder.Of(grid.Rows, grid.Columns, config.SpatialMergeSize)).ToArray();
        int[] positions = [.. order.Select(patch => patch.Row), .. order.Select(patch => patch.Column)];
        var actual = Angles(positions, 2, Qwen3VlRope.Vision(config.HeadDim));

        AssertClose(file, "pos_embed", embeddings);
        AssertClose(file, "row_col", [.. order.SelectMany(patch => new float[] { patch.Row, patch.Column })]);
        AssertClose(file, "cos", actual.Cosines);
        AssertClose(file, "sin", actual.Sines);
    }

    private static CaseFile CaseOf(string path)
    {
        var file = Goldens.PathOf(path);
        var config = ConfigNode.Read(Path.GetDirectoryName(Path.GetDirectoryName(file))!, "config.json");
        var tensors = GoldenTensors.Open(Path.ChangeExtension(file, ".safetensors"));
        return new CaseFile(file, JsonDocument.Parse(File.ReadAllText(file)).RootElement, tensors, config);
    }

    private WeightSource Open(CaseFile file) => new(
        Checkpoint.Open(Path.GetDirectoryName(Path.GetDirectoryName(file.Path))!)
            .Match(checkpoint => checkpoint, error => throw new InvalidOperationException(error.ToString())),
        QuantizationConfig.Parse(file.Config),
        _backend);

    /// <summary>A head whose first half is 1 and second half 0 turns into the cosines and the sines; the reference repeats each.</summary>
    private (float[] Cosines, float[] Sines) Angles(int[] positions, int axes, RopeSpec spec)
    {
        var (rows, half) = (positions.Length / axes, spec.InverseFrequencies.Length);
        var head = new float[2 * half];
        head.AsSpan(0, half).Fill(1);
        var x = _backend.FromFloats([.. Enumerable.Repeat(head, rows).SelectMany(values => values)], new Shape(rows, 1, 2 * half));
        var turned = _backend.View(_backend.Rope(x, _backend.RopeTable(positions, axes, spec))).ToArray().Chunk(2 * half).ToArray();
        return (
            [.. turned.SelectMany(row => row[..half].Concat(row[..half]))],
            [.. turned.SelectMany(row => row[half..].Concat(row[half..]))]);
    }

    private static void AssertClose(CaseFile file, string name, float[] actual)
    {
        var output = file.Json.GetProperty("outputs").GetProperty(name);
        var tensor = file.Tensors[output.GetProperty("tensor").GetString()!];
        var expected = tensor.DType == "I32" ? [.. tensor.Ints().Select(value => (float)value)] : tensor.Floats();
        Closeness.AssertClose(name, expected, actual, output.GetProperty("atol").GetDouble(), output.GetProperty("rtol").GetDouble());
    }
}
