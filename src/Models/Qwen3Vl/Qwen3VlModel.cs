using MlxActors.Models.Caches;
using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Qwen3Vl;

/// <summary>Qwen3-VL: the decoder, and the vision tower when the checkpoint holds one. Owns its weights.</summary>
public sealed class Qwen3VlModel : ITraceableModel
{
    /// <summary><c>&lt;|im_end|&gt;</c> and <c>&lt;|endoftext|&gt;</c> in Qwen's vocabulary, for configs that name neither.</summary>
    private static readonly int[] UsualEnds = [151645, 151643];

    private readonly WeightSource _weights;
    private readonly Qwen3VlText _text;
    private readonly Qwen3VlVision? _vision;
    private readonly KvCacheSpec _cache;

    private Qwen3VlModel(WeightSource weights, Qwen3VlText text, Qwen3VlVision? vision, KvCacheSpec cache, ModelInfo info)
    {
        (_weights, _text, _vision, _cache) = (weights, text, vision, cache);
        Info = info;
    }

    public ModelInfo Info { get; }

    /// <summary>Builds the model, which from then on owns <paramref name="weights"/>.</summary>
    /// <exception cref="Native.Checkpoints.CheckpointException">The weights are not those that the config describes.</exception>
    public static Qwen3VlModel Load(WeightSource weights, Qwen3VlConfig config, GenerationConfig generation)
    {
        var root = WeightMap.Root(weights);
        var text = Qwen3VlText.Load(root / "language_model", config.Text);
        var tower = root / "vision_tower";
        var vision = config.Vision is { } visionConfig && tower.Exists ? Qwen3VlVision.Load(tower, weights.Backend, visionConfig) : null;
        weights.RejectRest();
        var info = new ModelInfo(
            Qwen3VlConfig.ModelType,
            config.Text.MaxPositionEmbeddings,
            config.Text.VocabSize,
            generation.EndOfSequence ?? config.EndOfSequence ?? [.. UsualEnds],
            vision is null ? Capabilities.Text : Capabilities.Vision | Capabilities.Video,
            generation.Sampling,
            ImagesAttendBothWays: false);
        var cache = new KvCacheSpec(config.Text.NumKeyValueHeads, config.Text.HeadDim, Window: null);
        return new Qwen3VlModel(weights, text, vision, cache, info);
    }

    public SequenceCache NewCache() => new([.. _text.Layers.Select(_ => _weights.Backend.NewKvCache(_cache))]);

    public Tensor? Forward(Batch batch) => Forward(batch, null);

    public Tensor? Forward(Batch batch, Trace? trace) => _text.Forward(_weights.Backend, batch, trace);

    public KeptTensor Encode(MediaInput input) => Encode(input, null);

    public KeptTensor Encode(MediaInput input, Trace? trace) => (_vision, input) switch
    {
        ({ } vision, PatchValues patches) => vision.Forward(_weights.Backend, patches, trace),
        _ => throw new InvalidOperationException($"a model with {Info.Capabilities} was given {input.GetType().Name}"),
    };

    public void Dispose() => _weights.Dispose();
}
