using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors;

namespace MlxActors.Models;

/// <summary>
/// What a model is built from, and then holds: the mapped checkpoint, the tensors already taken from it, and the small ones that
/// were copied.
/// </summary>
public sealed class WeightSource(Checkpoint checkpoint, QuantizationConfig quantization, IBackend backend) : IDisposable
{
    /// <summary>Tables that old converters stored, and that every loader computes anew.</summary>
    private const string Computed = "rotary_emb.inv_freq";

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly List<KeptTensor> _kept = [];

    public Checkpoint Checkpoint => checkpoint;

    public QuantizationConfig Quantization => quantization;

    public IBackend Backend => backend;

    /// <summary>Marks a tensor as asked for.</summary>
    public CheckpointTensor Take(string name, string expected)
    {
        _taken.Add(name);
        return checkpoint.Tensors.TryGetValue(name, out var tensor) ? tensor : throw Wrong(name, expected, "no such tensor");
    }

    /// <summary>Marks all tensors whose names begin so as known, without looking at them.</summary>
    public void Disregard(string prefix) =>
        _taken.UnionWith(checkpoint.Tensors.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)));

    /// <summary>A copy of a tensor as Float32, held until the source is disposed.</summary>
    public Tensor KeepFloat32(Tensor tensor)
    {
        using var scope = backend.BeginScope();
        var kept = backend.Keep(backend.ToFloat32(tensor));
        _kept.Add(kept);
        return kept.Value;
    }

    /// <summary>
    /// Faults the checkpoint when it holds tensors that nothing asked for: they belong to another model than the config describes.
    /// </summary>
    public void RejectRest()
    {
        var rest = checkpoint.Tensors.Keys
            .Where(name => !_taken.Contains(name) && !name.EndsWith(Computed, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (rest.Length > 0)
        {
            var tensor = checkpoint.Tensors[rest[0]];
            var more = rest.Length > 1 ? $", and {rest.Length - 1} more" : "";
            throw Wrong(rest[0], "no such tensor in this model", $"{tensor.DType} of {tensor.Shape}{more}");
        }
    }

    public CheckpointException Wrong(string name, string expected, string found)
    {
        var file = checkpoint.Tensors.TryGetValue(name, out var tensor) ? Path.GetFileName(tensor.File.Path) : checkpoint.MainFile;
        return new CheckpointException(file, name, expected, found);
    }

    public void Dispose()
    {
        foreach (var tensor in _kept)
        {
            tensor.Dispose();
        }
        checkpoint.Dispose();
    }
}
