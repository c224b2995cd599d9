using System.Collections.Immutable;
using MlxActors.Models.Caches;
using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Models;

/// <summary>What a checkpoint can take in.</summary>
[Flags]
public enum Capabilities
{
    Text = 0,
    Vision = 1,
    Audio = 2,
    Video = 4,
}

/// <summary>How the checkpoint's author wants it sampled (<c>generation_config.json</c>); null where it is silent.</summary>
public sealed record SamplingDefaults(bool Sample, double? Temperature, int? TopK, double? TopP, double? MinP)
{
    /// <summary>transformers' defaults: greedy, at temperature 1.</summary>
    public static SamplingDefaults Silent { get; } = new(false, null, null, null, null);
}

/// <summary>What is known of a model without computing.</summary>
/// <param name="Family">The checkpoint's <c>model_type</c>.</param>
/// <param name="ContextWindow">Tokens, from the checkpoint's config.</param>
/// <param name="VocabSize">V, the width of the logits.</param>
/// <param name="EndOfSequence">Ids that end an answer.</param>
/// <param name="ImagesAttendBothWays">See <see cref="Batch"/>; such an image is never parted between two steps.</param>
public sealed record ModelInfo(
    string Family,
    int ContextWindow,
    int VocabSize,
    ImmutableHashSet<int> EndOfSequence,
    Capabilities Capabilities,
    SamplingDefaults Sampling,
    bool ImagesAttendBothWays);

/// <summary>
/// The weights of one checkpoint and the forward pass over them. Holds no state of any sequence. Every member but <see cref="Info"/> is called
/// on the engine's thread.
/// </summary>
public interface IModel : IDisposable
{
    ModelInfo Info { get; }

    /// <summary>Bytes of the weights, mapped or copied; held as long as the model is.</summary>
    long WeightBytes { get; }

    /// <summary>An empty cache for a new sequence.</summary>
    SequenceCache NewCache();

    /// <summary>
    /// One pass over the batch; appends to its caches. Logits <c>[LogitRows, V]</c>, a temporary of the current scope; null when no row wants any.
    /// </summary>
    Tensor? Forward(Batch batch);

    /// <summary>Encodes a medium that the model's own processor prepared to features, as <see cref="MediaRun"/> takes them.</summary>
    KeptTensor Encode(MediaInput input);
}
