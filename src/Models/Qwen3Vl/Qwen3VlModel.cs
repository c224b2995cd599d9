using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Qwen3Vl;

/// <summary>Qwen3-VL: the decoder, and the vision tower when the checkpoint holds one.</summary>
public static class Qwen3VlModel
{
    /// <summary><c>&lt;|im_end|&gt;</c> and <c>&lt;|endoftext|&gt;</c> in Qwen's vocabulary, for configs that name neither.</summary>
    private static readonly int[] UsualEnds = [151645, 151643];

    /// <summary>Builds the model, which from then on owns <paramref name="weights"/>.</summary>
    /// <exception cref="Native.Checkpoints.CheckpointException">The weights are not those that the config describes.</exception>
    public static FamilyModel Load(WeightSource weights, Qwen3VlConfig config, GenerationConfig generation)
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
            vision is null ? Capabilities.Text : Capabilities.Text | Capabilities.Vision,
            generation.Sampling,
            ImagesAttendBothWays: false);
        var cache = new KvCacheSpec(config.Text.NumKeyValueHeads, config.Text.HeadDim, Window: null);
        return new FamilyModel(
            weights,
            info,
            [.. text.Layers.Select(_ => cache)],
            text.Forward,
            (b, input, trace) => input is PatchValues patches ? vision?.Forward(b, patches, trace) : null);
    }
}
