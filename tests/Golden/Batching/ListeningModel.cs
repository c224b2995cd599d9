using MlxActors.Models;
using MlxActors.Models.Caches;
using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Golden.Batching;

/// <summary>A model whose last logits can be looked at behind a step.</summary>
internal sealed class ListeningModel(IModel model, IBackend backend) : IModel
{
    public ModelInfo Info => model.Info;

    public long WeightBytes => model.WeightBytes;

    /// <summary>Of the last pass, a row for each sequence that wanted any.</summary>
    public float[][] Logits { get; private set; } = [];

    public SequenceCache NewCache() => model.NewCache();

    public KeptTensor Encode(MediaInput input) => model.Encode(input);

    public Tensor? Forward(Batch batch)
    {
        var logits = model.Forward(batch);
        Logits = logits is { } rows ? [.. backend.View(rows).ToArray().Chunk(Info.VocabSize)] : [];
        return logits;
    }

    public void Dispose() => model.Dispose();
}
