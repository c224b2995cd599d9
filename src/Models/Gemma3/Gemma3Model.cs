using MlxActors.Models.Caches;
using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Gemma3;

/// <summary>Gemma 3: the decoder, and the vision tower when the checkpoint holds one. Owns its weights.</summary>
public sealed class Gemma3Model : ITraceableModel
{
    /// <summary>End of sequence and end of turn in Gemma's vocabulary, for configs that name neither.</summary>
    private static readonly int[] UsualEnds = [1, 106];

    private readonly WeightSource _weights;
    private readonly Gemma3Text _text;
    private readonly Gemma3Vision? _vision;
    private readonly KvCacheSpec[] _caches;

    private Gemma3Model(WeightSource weights, Gemma3Text text, Gemma3Vision? vision, KvCacheSpec[] caches, ModelInfo info)
    {
        (_weights, _text, _vision, _caches) = (weights, text, vision, caches);
        Info = info;
    }

    public ModelInfo Info { get; }

    /// <summary>Builds the model, which from then on owns <paramref name="weights"/>.</summary>
    /// <exception cref="Native.Checkpoints.CheckpointException">The weights are not those that the config describes.</exception>
    public static Gemma3Model Load(WeightSource weights, Gemma3Config config, GenerationConfig generation)
    {
        var root = WeightMap.Root(weights);
        // mlx-vlm, and mlx-lm from a multimodal source, put the decoder under language_model; mlx-lm from a text source does not.
        var nested = root / "language_model";
        var text = Gemma3Text.Load(nested.Exists ? nested : root, config.Text);
        var vision = config.Vision is { } visionConfig && (root / "vision_tower").Exists
            ? Gemma3Vision.Load(root, visionConfig, config.Text.HiddenSize)
            : null;
        weights.RejectRest();
        var info = new ModelInfo(
            config.ModelType,
            config.Text.MaxPositionEmbeddings,
            config.Text.VocabSize,
            generation.EndOfSequence ?? config.EndOfSequence ?? [.. UsualEnds],
            vision is null ? Capabilities.Text : Capabilities.Text | Capabilities.Vision,
            generation.Sampling,
            ImagesAttendBothWays: true);
        return new Gemma3Model(weights, text, vision, CacheSpecs(config.Text), info);
    }

    public SequenceCache NewCache() => new([.. _caches.Select(_weights.Backend.NewKvCache)]);

    public Tensor? Forward(Batch batch) => Forward(batch, null);

    public Tensor? Forward(Batch batch, Trace? trace) => _text.Forward(_weights.Backend, batch, trace);

    public KeptTensor Encode(MediaInput input) => Encode(input, null);

    public KeptTensor Encode(MediaInput input, Trace? trace) => (_vision, input) switch
    {
        ({ } vision, PixelValues values) => vision.Forward(_weights.Backend, values, trace),
        _ => throw new InvalidOperationException($"a model with {Info.Capabilities} was given {input.GetType().Name}"),
    };

    public void Dispose() => _weights.Dispose();

    private static KvCacheSpec[] CacheSpecs(Gemma3TextConfig config) =>
    [
        .. config.GlobalLayers.Select(isGlobal =>
            new KvCacheSpec(config.NumKeyValueHeads, config.HeadDim, isGlobal ? null : config.SlidingWindow)),
    ];
}
