using System.Collections.Immutable;
using MlxActors.Models;
using MlxActors.Models.Caches;
using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Benchmarks.Speculation;

/// <summary>A model that works like another, and then says a text by heart: behind each position what stands there. For one sequence at a time.</summary>
/// <param name="text">The prompt and its answer.</param>
internal sealed class ForcedModel(IModel model, IBackend backend, ImmutableArray<int> text) : IModel
{
    private float[] _logits = [];

    public ModelInfo Info => model.Info;

    public long WeightBytes => model.WeightBytes;

    public SequenceCache NewCache() => model.NewCache();

    public Tensor? Forward(Batch batch)
    {
        if (model.Forward(batch) is null)
        {
            return null;
        }
        var (rows, width) = (batch.LogitRows.Length, Info.VocabSize);
        _logits = _logits.Length == rows * width ? _logits : new float[rows * width];
        Array.Clear(_logits);
        for (var row = 0; row < rows; row++)
        {
            var next = batch.Layout.Sequences[0].Offset + batch.LogitRows[row] + 1;
            _logits[row * width + (next < text.Length ? text[next] : 0)] = 1;
        }
        return backend.FromFloats(_logits, new Shape(rows, width));
    }

    public KeptTensor Encode(MediaInput input) => model.Encode(input);

    public void Dispose() => model.Dispose();
}
