using System.Collections.Immutable;
using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Gemma3n;

/// <summary>Gemma 3n: the decoder, and the towers that the checkpoint holds.</summary>
public static class Gemma3nModel
{
    /// <summary>End of sequence and end of turn in Gemma's vocabulary, for configs that name neither.</summary>
    private static readonly int[] UsualEnds = [1, 106];

    /// <summary>Builds the model, which from then on owns <paramref name="weights"/>.</summary>
    /// <exception cref="Native.Checkpoints.CheckpointException">The weights are not those that the config describes.</exception>
    public static FamilyModel Load(WeightSource weights, Gemma3nConfig config, GenerationConfig generation)
    {
        var root = WeightMap.Root(weights);
        var embedVision = LoadEmbedder(root / "embed_vision", config.EmbedVision, config.Text);
        var embedAudio = LoadEmbedder(root / "embed_audio", config.EmbedAudio, config.Text);
        var nested = root / "language_model";
        ImmutableArray<Gemma3nEmbedder?> embedders = [embedVision, embedAudio];
        var text = Gemma3nText.Load(nested.Exists ? nested : root, config.Text, [.. embedders.OfType<Gemma3nEmbedder>()]);
        var vision = config.Vision is { } visionConfig && embedVision is not null && (root / "vision_tower").Exists
            ? Gemma3nVision.Load(root / "vision_tower", visionConfig)
            : null;
        (root / "audio_tower").Disregard();
        weights.RejectRest();
        var info = new ModelInfo(
            config.ModelType,
            config.Text.MaxPositionEmbeddings,
            config.Text.VocabSize,
            generation.EndOfSequence ?? config.EndOfSequence ?? [.. UsualEnds],
            Capabilities.Text,
            generation.Sampling,
            ImagesAttendBothWays: false);
        return new FamilyModel(
            weights,
            info,
            [.. config.Text.Layers.Take(config.Text.KvLayers).Select(layer => CacheSpec(config.Text, layer))],
            text.Forward,
            (b, input, trace) => input switch
            {
                PixelValues pixels => vision is null ? null : EncodeImage(b, vision, embedVision!, pixels, trace),
                _ => null,
            });
    }

    private static Gemma3nEmbedder? LoadEmbedder(WeightMap w, Gemma3nEmbedderConfig? config, Gemma3nTextConfig text) =>
        config is not null && w.Exists ? Gemma3nEmbedder.Load(w, config, text.HiddenSize) : null;

    /// <summary><c>[3, H, W] → [tokens, hidden]</c>, kept until disposed.</summary>
    private static KeptTensor EncodeImage(IBackend b, Gemma3nVision tower, Gemma3nEmbedder embedder, PixelValues pixels, Trace? trace)
    {
        using var scope = b.BeginScope();
        var features = tower.Forward(b, pixels, trace);
        return b.Keep(embedder.Soft(b, b.Scale(features, MathF.Sqrt(features.Shape.Last))));
    }

    private static KvCacheSpec CacheSpec(Gemma3nTextConfig config, Gemma3nLayerConfig layer) =>
        new(config.Attention.KvHeads, config.Attention.HeadDim, layer.IsGlobal ? null : config.SlidingWindow);
}
