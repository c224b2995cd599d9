// Follows huggingface/transformers, src/transformers/models/gemma3/modeling_gemma3.py, with the rounded embedding scale of
// ml-explore/mlx-lm, mlx_lm/models/gemma3_text.py.
//
// R   rows of the step: the new tokens of all its sequences, one behind the other
// H   attention heads, Hkv key/value heads, D head dimension; H · D need not be the hidden size
// V   vocabulary

using System.Buffers;
using MlxActors.Models.Nn;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Gemma3;

/// <summary>Grouped-query attention with normalized queries and keys.</summary>
/// <param name="Window">Null for layers that look back without bound.</param>
public sealed record Gemma3Attention(
    Linear QProj,
    Linear KProj,
    Linear VProj,
    Linear OProj,
    RmsNorm QNorm,
    RmsNorm KNorm,
    int Heads,
    int KvHeads,
    int HeadDim,
    float Scale,
    int? Window)
{
    public static Gemma3Attention Load(WeightMap w, Gemma3TextConfig config, bool isGlobal)
    {
        var (hidden, headDim) = (config.HiddenSize, config.HeadDim);
        var (queries, keys) = (config.NumAttentionHeads * headDim, config.NumKeyValueHeads * headDim);
        return new Gemma3Attention(
            (w / "q_proj").Linear(hidden, queries),
            (w / "k_proj").Linear(hidden, keys),
            (w / "v_proj").Linear(hidden, keys),
            (w / "o_proj").Linear(queries, hidden),
            (w / "q_norm").RmsNorm(headDim, config.RmsNormEps, weightOffset: 1),
            (w / "k_norm").RmsNorm(headDim, config.RmsNormEps, weightOffset: 1),
            config.NumAttentionHeads,
            config.NumKeyValueHeads,
            headDim,
            (float)Math.Pow(config.QueryPreAttnScalar, -0.5),
            isGlobal ? null : config.SlidingWindow);
    }

    public Tensor Forward(IBackend b, Tensor x, Tensor rope, ReadOnlySpan<KvCache> caches, StepLayout layout)
    {
        var rows = layout.Rows;
        var q = b.Reshape(QProj.Forward(b, x), new Shape(rows, Heads, HeadDim));
        var k = b.Reshape(KProj.Forward(b, x), new Shape(rows, KvHeads, HeadDim));
        var v = b.Reshape(VProj.Forward(b, x), new Shape(rows, KvHeads, HeadDim));
        q = b.Rope(QNorm.Forward(b, q), rope);
        k = b.Rope(KNorm.Forward(b, k), rope);
        var attended = b.Attention(q, k, v, caches, layout, Scale, Window);
        return OProj.Forward(b, b.Reshape(attended, new Shape(rows, Heads * HeadDim)));
    }
}

public sealed record Gemma3Mlp(Linear GateProj, Linear UpProj, Linear DownProj, Activation Activation)
{
    public static Gemma3Mlp Load(WeightMap w, Gemma3TextConfig config) => new(
        (w / "gate_proj").Linear(config.HiddenSize, config.IntermediateSize),
        (w / "up_proj").Linear(config.HiddenSize, config.IntermediateSize),
        (w / "down_proj").Linear(config.IntermediateSize, config.HiddenSize),
        config.HiddenActivation);

    public Tensor Forward(IBackend b, Tensor x) =>
        DownProj.Forward(b, b.GatedActivation(GateProj.Forward(b, x), UpProj.Forward(b, x), Activation));
}

/// <summary>Attention and MLP, each between two norms, each added to the residual stream.</summary>
public sealed record Gemma3Layer(
    Gemma3Attention SelfAttn,
    Gemma3Mlp Mlp,
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
            Gemma3Attention.Load(w / "self_attn", config, isGlobal),
            Gemma3Mlp.Load(w / "mlp", config),
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
}

/// <summary>The decoder with its output head.</summary>
public sealed record Gemma3Text(
    Embedding EmbedTokens,
    IReadOnlyList<Gemma3Layer> Layers,
    RmsNorm Norm,
    Linear LmHead,
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
        var lmHead = w / "lm_head";
        return new Gemma3Text(
            embedTokens,
            layers,
            (model / "norm").RmsNorm(config.HiddenSize, config.RmsNormEps, weightOffset: 1),
            lmHead.Exists || !config.TieWordEmbeddings ? lmHead.Linear(config.HiddenSize, config.VocabSize) : embedTokens.AsHead(),
            config.RopeGlobal.Spec(config.HeadDim),
            config.RopeLocal.Spec(config.HeadDim),
            RoundToBFloat16(MathF.Sqrt(config.HiddenSize)));
    }

    /// <summary>Logits <c>[LogitRows, V]</c>; null when no row wants any. Keys and values of all rows join the caches.</summary>
    public Tensor? Forward(IBackend b, Batch batch, Trace? trace)
    {
        var h = Decode(b, batch, trace);
        if (batch.LogitRows.IsEmpty)
        {
            return null;
        }
        h = Norm.Forward(b, batch.LogitRows.Length == batch.Layout.Rows ? h : b.Gather(h, batch.LogitRows));
        trace?.Invoke("final_norm", h);
        return LmHead.Forward(b, h);
    }

    /// <summary>Scaled token embeddings; features of media take the places of theirs, unscaled.</summary>
    private Tensor Embed(IBackend b, Batch batch)
    {
        var h = b.Scale(EmbedTokens.Forward(b, batch.Tokens), EmbedScale);
        foreach (var media in batch.Media)
        {
            h = b.ReplaceRows(h, media.FirstRow, b.Slice(media.Features.Value, media.FirstFeature, media.Count));
        }
        return h;
    }

    /// <summary>The residual stream behind the last layer.</summary>
    private Tensor Decode(IBackend b, Batch batch, Trace? trace)
    {
        var (global, local) = RopeTables(b, batch.Layout);
        // Ends with the caller's scope: its one survivor is the result.
        var stream = b.BeginScope();
        var h = Embed(b, batch);
        trace?.Invoke("embeddings", h);
        var sequences = batch.Caches.Length;
        var caches = ArrayPool<KvCache>.Shared.Rent(sequences);
        try
        {
            for (var i = 0; i < Layers.Count; i++)
            {
                for (var sequence = 0; sequence < sequences; sequence++)
                {
                    caches[sequence] = batch.Caches[sequence].Layers[i];
                }
                var rope = Layers[i].IsGlobal ? global : local;
                h = stream.KeepOnly(Layers[i].Forward(b, h, rope, caches.AsSpan(0, sequences), batch.Layout));
                trace?.Invoke($"layer_{i:00}", h);
            }
        }
        finally
        {
            ArrayPool<KvCache>.Shared.Return(caches, clearArray: true);
        }
        return h;
    }

    private (Tensor Global, Tensor Local) RopeTables(IBackend b, StepLayout layout)
    {
        var positions = ArrayPool<int>.Shared.Rent(layout.Rows);
        foreach (var sequence in layout.Sequences)
        {
            for (var row = 0; row < sequence.Rows; row++)
            {
                positions[sequence.FirstRow + row] = sequence.Offset + row;
            }
        }
        var tables = (
            b.RopeTable(positions.AsSpan(0, layout.Rows), 1, RopeGlobal),
            b.RopeTable(positions.AsSpan(0, layout.Rows), 1, RopeLocal));
        ArrayPool<int>.Shared.Return(positions);
        return tables;
    }

    /// <summary>Every deployed implementation multiplies by the scale as bfloat16 holds it: nearest, ties to even.</summary>
    private static float RoundToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }
}
