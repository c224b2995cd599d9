// Follows huggingface/transformers, src/transformers/models/gemma3/modeling_gemma3.py, with the rounded embedding scale of
// ml-explore/mlx-lm, mlx_lm/models/gemma3_text.py.
//
// R   rows of the step: the new tokens of all its sequences, one behind the other
// V   vocabulary

using MlxActors.Models.Nn;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Gemma3;

/// <summary>Attention and MLP, each between two norms, each added to the residual stream.</summary>
public sealed record Gemma3Layer(
    DecoderAttention SelfAttn,
    GatedMlp Mlp,
    RmsNorm InputLayernorm,
    RmsNorm PostAttentionLayernorm,
    RmsNorm PreFeedforwardLayernorm,
    RmsNorm PostFeedforwardLayernorm,
    bool IsGlobal)
{
    public static Gemma3Layer Load(WeightMap w, Gemma3TextConfig config, bool isGlobal)
    {
        RmsNorm Norm(string name) => (w / name).RmsNorm(config.HiddenSize, config.RmsNormEps, weightOffset: 1);
        return new Gemma3Layer(
            DecoderAttention.Load(w / "self_attn", AttentionSpec(config, isGlobal)),
            GatedMlp.Load(w / "mlp", config.HiddenSize, config.IntermediateSize, config.HiddenActivation),
            Norm("input_layernorm"),
            Norm("post_attention_layernorm"),
            Norm("pre_feedforward_layernorm"),
            Norm("post_feedforward_layernorm"),
            isGlobal);
    }

    public Tensor Forward(IBackend b, Tensor h, Tensor rope, ReadOnlySpan<KvCache> caches, StepLayout layout)
    {
        var attended = SelfAttn.Forward(b, InputLayernorm.Forward(b, h), rope, caches, layout);
        h = b.Add(h, PostAttentionLayernorm.Forward(b, attended));
        var expanded = Mlp.Forward(b, PreFeedforwardLayernorm.Forward(b, h));
        return b.Add(h, PostFeedforwardLayernorm.Forward(b, expanded));
    }

    private static DecoderAttentionSpec AttentionSpec(Gemma3TextConfig config, bool isGlobal) => new(
        config.HiddenSize,
        config.NumAttentionHeads,
        config.NumKeyValueHeads,
        config.HeadDim,
        config.RmsNormEps,
        NormOffset: 1,
        (float)Math.Pow(config.QueryPreAttnScalar, -0.5),
        isGlobal ? null : config.SlidingWindow);
}

/// <summary>The decoder with its output head.</summary>
public sealed record Gemma3Text(
    Embedding EmbedTokens,
    IReadOnlyList<Gemma3Layer> Layers,
    OutputHead Head,
    RopeSpec RopeGlobal,
    RopeSpec RopeLocal,
    float EmbedScale)
{
    /// <param name="w">The path above <c>model</c> and <c>lm_head</c>.</param>
    public static Gemma3Text Load(WeightMap w, Gemma3TextConfig config)
    {
        var model = w / "model";
        var embedTokens = (model / "embed_tokens").Embedding(config.VocabSize, config.HiddenSize);
        var layers = config.GlobalLayers.Select((isGlobal, i) => Gemma3Layer.Load(model / "layers" / i, config, isGlobal)).ToArray();
        var norm = (model / "norm").RmsNorm(config.HiddenSize, config.RmsNormEps, weightOffset: 1);
        return new Gemma3Text(
            embedTokens,
            layers,
            OutputHead.Load(w, norm, embedTokens, config.TieWordEmbeddings),
            config.RopeGlobal.Spec(config.HeadDim),
            config.RopeLocal.Spec(config.HeadDim),
            RoundToBFloat16(MathF.Sqrt(config.HiddenSize)));
    }

    /// <summary>Logits <c>[LogitRows, V]</c>; null when no row wants any. Keys and values of all rows join the caches.</summary>
    public Tensor? Forward(IBackend b, Batch batch, Trace? trace)
    {
        var positions = batch.Positions(axes: 1);
        var (global, local) = (b.RopeTable(positions, 1, RopeGlobal), b.RopeTable(positions, 1, RopeLocal));
        // Ends with the caller's scope.
        var stream = b.BeginScope();
        // Features of media take the places of scaled token embeddings, unscaled.
        var h = batch.PlaceMedia(b, b.Scale(EmbedTokens.Forward(b, batch), EmbedScale));
        trace?.Invoke("embeddings", h);
        for (var i = 0; i < Layers.Count; i++)
        {
            var rope = Layers[i].IsGlobal ? global : local;
            h = stream.KeepOnly(Layers[i].Forward(b, h, rope, batch.CachesOf(i), batch.Layout));
            trace?.Invoke($"layer_{i:00}", h);
        }
        return Head.Forward(b, h, batch, trace);
    }

    /// <summary>Every deployed implementation multiplies by the scale as bfloat16 holds it: nearest, ties to even.</summary>
    private static float RoundToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }
}
