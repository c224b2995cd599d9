using System.Collections.Immutable;
using MlxActors.Models.Caches;
using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Models;

/// <summary>A decoder's pass over a batch: see <see cref="IModel.Forward"/>.</summary>
public delegate Tensor? ForwardPass(IBackend b, Batch batch, Trace? trace);

/// <summary>What the towers make of a medium; null when none of them takes its kind.</summary>
public delegate KeptTensor? EncodeMedia(IBackend b, MediaInput input, Trace? trace);

/// <summary>A model of any family: the families differ in the passes, and in what their layers keep. Owns its weights.</summary>
/// <param name="caches">One a layer that keeps keys and values.</param>
public sealed class FamilyModel(
    WeightSource weights, ModelInfo info, ImmutableArray<KvCacheSpec> caches, ForwardPass forward, EncodeMedia encode) : ITraceableModel
{
    public ModelInfo Info => info;

    public long WeightBytes => weights.Checkpoint.Length;

    public SequenceCache NewCache() => new([.. caches.Select(weights.Backend.NewKvCache)]);

    public Tensor? Forward(Batch batch) => Forward(batch, null);

    public Tensor? Forward(Batch batch, Trace? trace) => forward(weights.Backend, batch, trace);

    public KeptTensor Encode(MediaInput input) => Encode(input, null);

    public KeptTensor Encode(MediaInput input, Trace? trace) => encode(weights.Backend, input, trace)
        ?? throw new InvalidOperationException($"a model with {Info.Capabilities} was given {input.GetType().Name}");

    public void Dispose() => weights.Dispose();
}
