using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Gemma3n;

/// <summary>The vision tower and the way from it into the decoder.</summary>
public sealed record Gemma3nEye(Gemma3nVision Tower, Gemma3nEmbedder Embedder)
{
    /// <summary><c>[3, H, W] → [tokens, hidden]</c>, kept until disposed.</summary>
    public KeptTensor Encode(IBackend b, PixelValues pixels, Trace? trace)
    {
        using var scope = b.BeginScope();
        var features = Tower.Forward(b, pixels, trace);
        return b.Keep(Embedder.Soft(b, b.Scale(features, MathF.Sqrt(features.Shape.Last))));
    }
}

/// <summary>The audio tower and the way from it into the decoder.</summary>
/// <param name="Tokens">Soft tokens of any clip; a short one is filled up with the last of audio's own ids.</param>
public sealed record Gemma3nEar(Gemma3nAudio Tower, Gemma3nEmbedder Embedder, int Tokens)
{
    /// <summary>Mel frames in, <c>[tokens, hidden]</c> out, kept until disposed. The clip must fit into its tokens.</summary>
    public KeptTensor Encode(IBackend b, MelFrames frames, Trace? trace)
    {
        using var scope = b.BeginScope();
        var steps = Tower.Forward(b, frames, trace);
        var soft = Embedder.Soft(b, steps.Values);
        trace?.Invoke("soft_tokens_raw", soft);
        var padding = Embedder.Hard(b, [Embedder.VocabSize - 1]);
        trace?.Invoke("padding_embedding", padding);
        var tokens = b.Gather(padding, new int[Tokens]);
        return b.Keep(b.ReplaceRows(tokens, 0, b.Slice(soft, 0, steps.RealSteps)));
    }
}

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
        // mlx-vlm and mlx-lm put the decoder under language_model; a text-only source need not.
        var nested = root / "language_model";
        var embedders = new[] { embedVision, embedAudio }.OfType<Gemma3nEmbedder>();
        var text = Gemma3nText.Load(nested.Exists ? nested : root, config.Text, [.. embedders]);
        var eye = LoadEye(root / "vision_tower", config, embedVision);
        var ear = LoadEar(root / "audio_tower", config, embedAudio);
        weights.RejectRest();
        var info = new ModelInfo(
            config.ModelType,
            config.Text.MaxPositionEmbeddings,
            config.Text.VocabSize,
            generation.EndOfSequence ?? config.EndOfSequence ?? [.. UsualEnds],
            (eye is null ? Capabilities.Text : Capabilities.Vision | Capabilities.Video)
                | (ear is null ? Capabilities.Text : Capabilities.Audio),
            generation.Sampling,
            ImagesAttendBothWays: false);
        return new FamilyModel(
            weights,
            info,
            [.. config.Text.Layers.Take(config.Text.KvLayers).Select(layer => CacheSpec(config.Text, layer))],
            text.Forward,
            (b, input, trace) => input switch
            {
                PixelValues pixels => eye?.Encode(b, pixels, trace),
                MelFrames frames => ear?.Encode(b, frames, trace),
                _ => null,
            });
    }

    private static Gemma3nEmbedder? LoadEmbedder(WeightMap w, Gemma3nEmbedderConfig? config, Gemma3nTextConfig text) =>
        config is not null && w.Exists ? Gemma3nEmbedder.Load(w, config, text.HiddenSize) : null;

    private static Gemma3nEye? LoadEye(WeightMap w, Gemma3nConfig config, Gemma3nEmbedder? embedder) =>
        config.Vision is { } tower && embedder is not null && w.Exists ? new Gemma3nEye(Gemma3nVision.Load(w, tower), embedder) : null;

    private static Gemma3nEar? LoadEar(WeightMap w, Gemma3nConfig config, Gemma3nEmbedder? embedder) =>
        config.Audio is { } tower && embedder is not null && w.Exists
            ? new Gemma3nEar(Gemma3nAudio.Load(w, tower), embedder, config.AudioSoftTokens)
            : null;

    private static KvCacheSpec CacheSpec(Gemma3nTextConfig config, Gemma3nLayerConfig layer) =>
        new(config.Attention.KvHeads, config.Attention.HeadDim, layer.IsGlobal ? null : config.SlidingWindow);
}
