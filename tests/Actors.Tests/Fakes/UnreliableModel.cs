using MlxActors.Models;
using MlxActors.Models.Caches;
using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Actors.Tests.Fakes;

/// <summary>A real model, whose steps throw now and then.</summary>
internal sealed class UnreliableModel(IModel model, Func<bool> breaks) : IModel
{
    public ModelInfo Info => model.Info;

    public long WeightBytes => model.WeightBytes;

    public SequenceCache NewCache() => model.NewCache();

    public Tensor? Forward(Batch batch) => breaks() ? throw new InvalidOperationException("injected") : model.Forward(batch);

    public KeptTensor Encode(MediaInput input) => model.Encode(input);

    public void Dispose() => model.Dispose();
}
