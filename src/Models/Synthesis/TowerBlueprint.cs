using System.Collections.Immutable;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Synthesis;

/// <summary>A tensor of a checkpoint.</summary>
public sealed record NamedShape(string Name, Shape Shape);

/// <summary>A media tower of a published model, as the shapes of its weights.</summary>
/// <param name="Tensors">Those of one axis are norms (<c>weight</c>, <c>gamma</c>) or biases.</param>
public sealed record TowerBlueprint(ImmutableArray<NamedShape> Tensors)
{
    private const ulong Seed = 20250626;

    /// <summary>Random weights, as the only ones of a checkpoint in a folder.</summary>
    public void Write(string folder) =>
        SafetensorsWriter.Write(Path.Combine(folder, Checkpoint.SingleFileName), [.. Sources(new SyntheticWeights(Seed))]);

    /// <summary>Random BFloat16 weights, to be written beside those of a decoder.</summary>
    public IEnumerable<TensorSource> Sources(SyntheticWeights weights) => Tensors.Select(tensor => tensor.Shape.Rank > 1
        ? weights.Plain(tensor.Name, tensor.Shape)
        : weights.Constant(tensor.Name, tensor.Shape, tensor.Name.EndsWith("bias", StringComparison.Ordinal) ? 0 : 1));
}
