using MlxActors.Models;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors;

namespace MlxActors.Benchmarks.Encode;

/// <summary>A tower of a published model: the shapes of its weights, and what it encodes.</summary>
/// <param name="Input">For people: what is encoded.</param>
/// <param name="Tensors">Names and shapes; those of one axis are norms (<c>weight</c>, <c>gamma</c>) or biases.</param>
/// <param name="Open">Builds the tower on its weights; what comes back encodes the input once.</param>
internal sealed record Tower(
    string Input, IEnumerable<(string Name, Shape Shape)> Tensors, Func<WeightSource, Action<Trace?>> Open)
{
    private const ulong Seed = 20250626;

    /// <summary>Random weights as a checkpoint in a folder.</summary>
    public void Write(string folder) =>
        SafetensorsWriter.Write(Path.Combine(folder, Checkpoint.SingleFileName), [.. Sources(new SyntheticWeights(Seed))]);

    /// <summary>The tower's tensors with random weights, to be written beside those of a decoder.</summary>
    public IEnumerable<TensorSource> Sources(SyntheticWeights weights) => Tensors.Select(tensor => tensor.Shape.Rank > 1
        ? weights.Plain(tensor.Name, tensor.Shape)
        : weights.Constant(tensor.Name, tensor.Shape, tensor.Name.EndsWith("bias", StringComparison.Ordinal) ? 0 : 1));

    /// <summary>Random numbers in the range of pixels.</summary>
    public static float[] Pixels(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble())];
    }
}
