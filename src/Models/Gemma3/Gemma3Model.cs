using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Gemma3;

/// <summary>Gemma 3: the decoder, and the vision tower when the checkpoint holds one.</summary>
public static class Gemma3Model
{
    /// <summary>End of sequence and end of turn in Gemma's vocabulary, for configs that name neither.</summary>
    private static readonly int[] UsualEnds = [1, 106];

    /// <summary>Builds the model, which from then on owns <paramref name="weights"/>.</summary>
    /// <exception cref="Native.Checkpoints.CheckpointException">The weights are not those that the config describes.</exception>
    public static FamilyModel Load(WeightSource weights, Gemma3Config config, GenerationConfig generation)
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
        return new FamilyModel(
            weights,
            info,
            [.. config.Text.GlobalLayers.Select(isGlobal => CacheSpec(config.Text, isGlobal))],
            text.Forward,
            (b, input, trace) => input is PixelValues pixels ? vision?.Forward(b, pixels, trace) : null);
    }

    private static KvCacheSpec CacheSpec(Gemma3TextConfig config, bool isGlobal) =>
        new(config.NumKeyValueHeads, config.HeadDim, isGlobal ? null : config.SlidingWindow);
}
