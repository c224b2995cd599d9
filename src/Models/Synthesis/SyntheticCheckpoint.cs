using System.Collections.Immutable;
using MlxActors.Native.Checkpoints;

namespace MlxActors.Models.Synthesis;

/// <summary>
/// A checkpoint of a published model's shape with random weights: for measuring where the real one is not at hand. It has no tokenizer.
/// </summary>
/// <param name="Config">The content of <c>config.json</c>.</param>
public sealed record SyntheticCheckpoint(string Config, ImmutableArray<TensorSource> Tensors)
{
    public const string ConfigFile = "config.json";

    private static readonly ImmutableArray<(string Name, Func<SyntheticCheckpoint> Make)> All =
    [
        ("gemma3-4b", () => Gemma3Blueprint.Gemma3With4B.Checkpoint()),
        ("gemma3n-e4b", () => Gemma3nBlueprint.E4B.Checkpoint()),
        ("qwen3vl-4b", () => Qwen3VlBlueprint.With4B.Checkpoint()),
    ];

    /// <summary>The names that <see cref="OfShape"/> knows.</summary>
    public static ImmutableArray<string> Shapes { get; } = [.. All.Select(shape => shape.Name)];

    /// <summary>Bytes of the weights.</summary>
    public long Bytes => Tensors.Sum(tensor => tensor.Length);

    /// <summary>The checkpoint of a published model's shape; null when the name is not one of <see cref="Shapes"/>.</summary>
    public static SyntheticCheckpoint? OfShape(string name) => All.FirstOrDefault(shape => shape.Name == name).Make?.Invoke();

    /// <summary>Writes the files into a folder, which is made when it is not there.</summary>
    /// <exception cref="OperationCanceledException">Between two tensors; what is written stays.</exception>
    public void Write(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, ConfigFile), Config);
        SafetensorsWriter.Write(Path.Combine(folder, Checkpoint.SingleFileName), [.. Tensors.Select(Stoppable)]);

        TensorSource Stoppable(TensorSource tensor) => tensor with
        {
            Write = stream =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                tensor.Write(stream);
            },
        };
    }
}
