// Follows huggingface/transformers, src/transformers/models/qwen3_vl/modeling_qwen3_vl.py (Qwen3VLTextModel).
//
// R   rows of the step: the new tokens of all its sequences, one behind the other
// V   vocabulary

using MlxActors.Models.Nn;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Qwen3Vl;

/// <summary>Attention and MLP, each behind a norm, each added to the residual stream.</summary>
public sealed record Qwen3VlLayer(DecoderAttention SelfAttn, GatedMlp Mlp, RmsNorm InputLayernorm, RmsNorm PostAttentionLayernorm)
{
    public static Qwen3VlLayer Load(WeightMap w, Qwen3VlTextConfig config) => new(
        DecoderAttention.Load(w / "self_attn", AttentionSpec(config)),
        GatedMlp.Load(w / "mlp", config.HiddenSize, config.IntermediateSize, config.HiddenAct),
        (w / "input_layernorm").RmsNorm(config.HiddenSize, config.RmsNormEps),
        (w / "post_attention_layernorm").RmsNorm(config.HiddenSize, config.RmsNormEps));

    public Tensor Forward(IBackend b, Tensor h, Tensor rope, ReadOnlySpan<KvCache> caches, StepLayout layout)
    {
        h = b.Add(h, SelfAttn.Forward(b, InputLayernorm.Forward(b, h), rope, caches, layout));
        return b.Add(h, Mlp.Forward(b, PostAttentionLayernorm.Forward(b, h)));
    }

    private static DecoderAttentionSpec AttentionSpec(Qwen3VlTextConfig config) => new(
        config.HiddenSize,
        config.NumAttentionHeads,
        config.NumKeyValueHeads,
        config.HeadDim,
        config.RmsNormEps,
        NormOffset: 0,
        1 / MathF.Sqrt(config.HeadDim),
        Window: null);
}

/// <summary>The decoder with its output head.</summary>
public sealed record Qwen3VlText(Embedding EmbedTokens, IReadOnlyList<Qwen3VlLayer> Layers, OutputHead Head, RopeSpec Rope)
{
    /// <summary>Time, row and column.</summary>
    private const int Axes = 3;

    /// <param name="w">The path above <c>model</c> and <c>lm_head</c>.</param>
    public static Qwen3VlText Load(WeightMap w, Qwen3VlTextConfig config)
    {
        var model = w / "model";
        var embedTokens = (model / "embed_tokens").Embedding(config.VocabSize, config.HiddenSize);
        var layers = Enumerable.Range(0, config.NumHiddenLayers).Select(i => Qwen3VlLayer.Load(model / "layers" / i, config)).ToArray();
        var norm = (model / "norm").RmsNorm(config.HiddenSize, config.RmsNormEps);
        return new Qwen3VlText(
            embedTokens, layers, OutputHead.Load(w, norm, embedTokens, config.TieWordEmbeddings), Qwen3VlRope.Text(config));
    }

    /// <summary>Logits <c>[LogitRows, V]</c>; null when no row wants any. Keys and values of all rows join the caches.</summary>
    public Tensor? Forward(IBackend b, Batch batch, Trace? trace)
    {
        var rope = b.RopeTable(batch.Positions(Axes), Axes, Rope);
        // Ends with the caller's scope.
        var stream = b.BeginScope();
        var h = batch.PlaceMedia(b, EmbedTokens.Forward(b, batch));
        trace?.Invoke("embeddings", h);
        for (var i = 0; i < Layers.Count; i++)
        {
            h = Layers[i].Forward(b, h, rope, batch.CachesOf(i), batch.Layout);
            h = stream.KeepOnly(AddDeepstack(b, h, batch, level: i + 1));
            trace?.Invoke($"layer_{i:00}", h);
        }
        return Head.Forward(b, h, batch, trace);
    }

    /// <summary>Adds the features of a tower's earlier block at the rows of media; rows of text stay.</summary>
    private static Tensor AddDeepstack(IBackend b, Tensor h, Batch batch, int level)
    {
        foreach (var media in batch.Media)
        {
            if (level <= media.Run.DeeperLevels)
            {
                var rows = b.Slice(h, media.FirstRow, media.Count);
                h = b.ReplaceRows(h, media.FirstRow, b.Add(rows, media.Features(b, level)));
            }
        }
        return h;
    }
}
