using MlxActors.Models.Synthesis;

namespace MlxActors.Golden.Towers;

/// <summary>Synthetic checkpoints have the tensors of the published ones.</summary>
public sealed class SyntheticTowerTests
{
    private const string Prefix = "vision_tower.";

    public static TheoryData<string?> Lists => Goldens.Files("models/gemma3n", "vision-tensors.tsv");

    [SkippableTheory]
    [MemberData(nameof(Lists))]
    public void MobileNetV5_HasThePublishedTensors(string? path)
    {
        var published = File.ReadLines(Goldens.PathOf(Goldens.SkipWhenNone(path, "tensor list")))
            .Where(line => line.StartsWith(Prefix, StringComparison.Ordinal));

        var made = MobileNetV5Blueprint.Tower.Tensors.Select(tensor => $"{tensor.Name}\t{string.Join('x', tensor.Shape.ToArray())}");

        Assert.Equal(published.Order(StringComparer.Ordinal), made.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Shapes_AreNamedOnce_AndEachIsMade() => Assert.All(
        SyntheticCheckpoint.Shapes,
        shape => Assert.True(SyntheticCheckpoint.OfShape(shape) is { Bytes: > 2_000_000_000 }, shape));

    [Fact]
    public void Shape_ThatIsNotKnown_IsNone() => Assert.Null(SyntheticCheckpoint.OfShape("gemma9-9b"));
}
