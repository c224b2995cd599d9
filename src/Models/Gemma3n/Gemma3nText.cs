// Follows huggingface/transformers, src/transformers/models/gemma3n/modeling_gemma3n.py (Gemma3nTextModel).
//
// P   planes that the hidden states of a row consist of; layers compute on the first
// R   rows of the step: the new tokens of all its sequences, one behind the other
// V   vocabulary

using MlxActors.Models.Nn;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Gemma3n;

/// <summary>A second embedding of each token, one for every layer: <c>[R, layers · width]</c>. It belongs to the step.</summary>
public sealed record Gemma3nPerLayerInputs(Embedding EmbedTokensPerLayer, Linear ModelProjection, RmsNorm ProjectionNorm, int Layers)
{
    /// <param name="w">The path of the decoder.</param>
    public static Gemma3nPerLayerInputs Load(WeightMap w, Gemma3nTextConfig config)
    {
        var (layers, width) = (config.Layers.Length, config.HiddenSizePerLayerInput);
        return new Gemma3nPerLayerInputs(
            (w / "embed_tokens_per_layer").Embedding(config.VocabSizePerLayerInput, layers * width),
            (w / "per_layer_model_projection").Linear(config.HiddenSize, layers * width),
            (w / "per_layer_projection_norm").RmsNorm(width, config.RmsNormEps),
            layers);
    }

    /// <param name="embeddings">With media in their places.</param>
    public Tensor Forward(IBackend b, Batch batch, Tensor embeddings)
    {
        // Ends with the caller's scope.
        var scope = b.BeginScope();
        var table = EmbedTokensPerLayer.Table.Shape;
        var (rows, width) = (embeddings.Shape[0], table[1] / Layers);
        var projected = b.Scale(ModelProjection.Forward(b, embeddings), 1 / MathF.Sqrt(embeddings.Shape[1]));
        projected = ProjectionNorm.Forward(b, b.Reshape(projected, new Shape(rows, Layers, width)));
        var looked = b.Scale(EmbedTokensPerLayer.ForwardWithin(b, batch), MathF.Sqrt(width));
        var sum = b.Add(b.Reshape(projected, looked.Shape), looked);
        return scope.KeepOnly(b.Scale(sum, Gemma3nText.HalfPower));
    }
}

/// <summary>What the rows of a step have in all layers.</summary>
public readonly record struct Gemma3nRows(Tensor PerLayerInputs, Tensor RopeGlobal, Tensor RopeLocal)
{
    public Gemma3nRows Gather(IBackend b, ReadOnlySpan<int> rows) =>
        new(b.Gather(PerLayerInputs, rows), b.Gather(RopeGlobal, rows), b.Gather(RopeLocal, rows));
}

/// <summary>A low-rank path beside attention, with its own residual.</summary>
public sealed record Gemma3nLaurel(Linear LinearLeft, Linear LinearRight, RmsNorm PostLaurelNorm)
{
    public static Gemma3nLaurel Load(WeightMap w, Gemma3nTextConfig config) => new(
        (w / "linear_left").Linear(config.HiddenSize, config.LaurelRank),
        (w / "linear_right").Linear(config.LaurelRank, config.HiddenSize),
        (w / "post_laurel_norm").RmsNorm(config.HiddenSize, config.RmsNormEps));

    public Tensor Forward(IBackend b, Tensor x) =>
        b.Add(x, PostLaurelNorm.Forward(b, LinearRight.Forward(b, LinearLeft.Forward(b, x))));
}

/// <summary>How a layer's own embedding of a token enters all planes but the first.</summary>
/// <param name="First">Where the layer's columns of the per-layer inputs begin.</param>
public sealed record Gemma3nPerLayerGate(Linear Gate, Linear Projection, RmsNorm PostNorm, Activation Activation, int First)
{
    /// <param name="w">The path of the layer.</param>
    public static Gemma3nPerLayerGate Load(WeightMap w, Gemma3nTextConfig config, int layer)
    {
        var (hidden, width) = (config.HiddenSize, config.HiddenSizePerLayerInput);
        return new Gemma3nPerLayerGate(
            (w / "per_layer_input_gate").Linear(hidden, width),
            (w / "per_layer_projection").Linear(width, hidden),
            (w / "post_per_layer_input_norm").RmsNorm(hidden, config.RmsNormEps),
            config.HiddenActivation,
            layer * width);
    }

    public Tensor Forward(IBackend b, Tensor x, Tensor perLayerInputs, Trace? trace)
    {
        var gate = Gate.Forward(b, x);
        trace?.Invoke("ple_gate", gate);
        var gated = b.GatedActivation(gate, b.Columns(perLayerInputs, First, gate.Shape[1]), Activation);
        var added = PostNorm.Forward(b, Projection.Forward(b, gated));
        trace?.Invoke("ple_norm", added);
        return added;
    }
}

/// <summary>Attention beside LAuReL, then the MLP, on the first plane; AltUp and the per-layer input carry it to the others.</summary>
public sealed record Gemma3nLayer(
    Gemma3nAltUp AltUp,
    Gemma3nLaurel Laurel,
    DecoderAttention SelfAttn,
    GatedMlp Mlp,
    RmsNorm InputLayernorm,
    RmsNorm PostAttentionLayernorm,
    RmsNorm PreFeedforwardLayernorm,
    RmsNorm PostFeedforwardLayernorm,
    Gemma3nPerLayerGate PerLayerGate,
    Gemma3nLayerConfig Config)
{
    public static Gemma3nLayer Load(WeightMap w, Gemma3nTextConfig config, int index)
    {
        RmsNorm Norm(string name) => (w / name).RmsNorm(config.HiddenSize, config.RmsNormEps);
        var layer = config.Layers[index];
        var (attention, spec) = (w / "self_attn", AttentionSpec(config, layer));
        return new Gemma3nLayer(
            Gemma3nAltUp.Load(w / "altup", config),
            Gemma3nLaurel.Load(w / "laurel", config),
            layer.KvLayer == index ? DecoderAttention.Load(attention, spec) : DecoderAttention.LoadSharing(attention, spec),
            GatedMlp.Load(w / "mlp", config.HiddenSize, layer.IntermediateSize, config.HiddenActivation) with
            {
                Deviations = layer.Sparsity > 0 ? (float)NormalDistribution.Quantile(layer.Sparsity) : null,
            },
            Norm("input_layernorm"),
            Norm("post_attention_layernorm"),
            Norm("pre_feedforward_layernorm"),
            Norm("post_feedforward_layernorm"),
            Gemma3nPerLayerGate.Load(w, config, index),
            layer);
    }

    /// <summary><c>planes [P, R, hidden] → [P, R, hidden]</c>.</summary>
    /// <param name="caches">Of the layer whose keys and values this one attends to.</param>
    public Tensor Forward(
        IBackend b, Tensor planes, Gemma3nRows rows, ReadOnlySpan<KvCache> caches, StepLayout layout, Trace? trace)
    {
        var predicted = AltUp.Predict(b, planes);
        trace?.Invoke("altup_predict", predicted);
        var corrected = AltUp.Correct(b, predicted, Update(b, b.Plane(predicted, 0), rows, caches, layout, trace));
        trace?.Invoke("altup_correct", corrected);
        var scaled = b.Multiply(b.Plane(corrected, 0), AltUp.CorrectOutputScale);
        var added = PerLayerGate.Forward(b, scaled, rows.PerLayerInputs, trace);
        return b.ReplaceRows(corrected, 1, b.Add(b.Slice(corrected, 1, corrected.Shape[0] - 1), added));
    }

    private Tensor Update(IBackend b, Tensor x, Gemma3nRows rows, ReadOnlySpan<KvCache> caches, StepLayout layout, Trace? trace)
    {
        var normed = InputLayernorm.Forward(b, x);
        trace?.Invoke("input_layernorm", normed);
        var laurel = Laurel.Forward(b, normed);
        trace?.Invoke("laurel", laurel);
        var attended = SelfAttn.Forward(b, normed, Config.IsGlobal ? rows.RopeGlobal : rows.RopeLocal, caches, layout, trace);
        trace?.Invoke("self_attn", attended);
        var sum = b.Add(b.Add(x, PostAttentionLayernorm.Forward(b, attended)), laurel);
        x = b.Scale(sum, Gemma3nText.HalfPower);
        normed = PreFeedforwardLayernorm.Forward(b, x);
        trace?.Invoke("mlp_input", normed);
        var expanded = Mlp.Forward(b, normed, trace);
        trace?.Invoke("mlp", expanded);
        return b.Add(x, PostFeedforwardLayernorm.Forward(b, expanded));
    }

    private static DecoderAttentionSpec AttentionSpec(Gemma3nTextConfig config, Gemma3nLayerConfig layer) => new(
        config.HiddenSize,
        config.Attention.Heads,
        config.Attention.KvHeads,
        config.Attention.HeadDim,
        config.RmsNormEps,
        NormOffset: 0,
        Scale: 1,
        layer.IsGlobal ? null : config.SlidingWindow)
    {
        NormalizesValues = true,
    };
}

/// <summary>The decoder with its output head.</summary>
public sealed record Gemma3nText(
    Gemma3nEmbeddings Embeddings,
    Gemma3nPerLayerInputs PerLayerInputs,
    Gemma3nStack Stack,
    IReadOnlyList<Gemma3nLayer> Layers,
    OutputHead Head,
    Gemma3nTextConfig Config)
{
    /// <summary>Keeps the size of a sum of two.</summary>
    internal const float HalfPower = 0.70710678f;

    private RopeSpec RopeGlobal { get; } = Config.RopeGlobal.Spec(Config.Attention.HeadDim);

    private RopeSpec RopeLocal { get; } = Config.RopeLocal.Spec(Config.Attention.HeadDim);

    /// <param name="w">The path above <c>model</c>.</param>
    /// <param name="embedders">Of the media whose ids the checkpoint can embed.</param>
    public static Gemma3nText Load(WeightMap w, Gemma3nTextConfig config, IReadOnlyList<Gemma3nEmbedder> embedders)
    {
        var model = w / "model";
        var embedTokens = (model / "embed_tokens").Embedding(config.VocabSize, config.HiddenSize);
        var norm = (model / "norm").RmsNorm(config.HiddenSize, config.RmsNormEps);
        return new Gemma3nText(
            new Gemma3nEmbeddings(embedTokens, MathF.Sqrt(config.HiddenSize), embedders),
            Gemma3nPerLayerInputs.Load(model, config),
            Gemma3nStack.Load(model, config),
            [.. Enumerable.Range(0, config.Layers.Length).Select(i => Gemma3nLayer.Load(model / "layers" / i, config, i))],
            OutputHead.Load(w, norm, embedTokens, tied: true),
            config);
    }

    /// <summary>Logits <c>[LogitRows, V]</c>; null when no row wants any. Keys and values of all rows join the caches.</summary>
    public Tensor? Forward(IBackend b, Batch batch, Trace? trace)
    {
        var embeddings = Embeddings.Forward(b, batch);
        trace?.Invoke("embed", embeddings);
        var positions = batch.Positions(axes: 1);
        var rows = new Gemma3nRows(
            PerLayerInputs.Forward(b, batch, embeddings), b.RopeTable(positions, 1, RopeGlobal), b.RopeTable(positions, 1, RopeLocal));
        trace?.Invoke("per_layer_inputs", rows.PerLayerInputs);
        var planes = Stack.Open(b, embeddings);
        trace?.Invoke("altup_init", planes);
        // Ends with the caller's scope.
        var stream = b.BeginScope();
        for (var i = 0; i < Config.KvLayers; i++)
        {
            planes = stream.KeepOnly(Layers[i].Forward(b, planes, rows, batch.CachesOf(i), batch.Layout, OfLayer(trace, i)));
            trace?.Invoke($"layer_{i:00}", planes);
        }
        return batch.LogitRows.IsEmpty ? null : Finish(b, planes, rows, batch, trace);
    }

    /// <summary>The layers that write to no cache, for the rows that want logits alone.</summary>
    private Tensor? Finish(IBackend b, Tensor planes, Gemma3nRows rows, Batch batch, Trace? trace)
    {
        if (batch.LogitRows.Length < batch.Layout.Rows)
        {
            planes = b.GatherRows(planes, batch.LogitRows);
            rows = rows.Gather(b, batch.LogitRows);
        }
        var stream = b.BeginScope();
        for (var i = Config.KvLayers; i < Layers.Count; i++)
        {
            var caches = batch.LogitCachesOf(Layers[i].Config.KvLayer);
            planes = stream.KeepOnly(Layers[i].Forward(b, planes, rows, caches, batch.LogitLayout, OfLayer(trace, i)));
            trace?.Invoke($"layer_{i:00}", planes);
        }
        var h = Stack.Close(b, planes);
        trace?.Invoke("unembedded_mean", h);
        return Head.Forward(b, h, batch, trace) is { } logits ? SoftCap(b, logits) : null;
    }

    private Tensor SoftCap(IBackend b, Tensor logits)
    {
        var cap = (float)Config.FinalLogitSoftcapping;
        return b.Scale(b.Activate(b.Scale(logits, 1 / cap), Activation.Tanh), cap);
    }

    // Apart from the check, so that nothing is allocated where there is no trace.
    private static Trace? OfLayer(Trace? trace, int layer) => trace is null ? null : Named(trace, layer);

    private static Trace Named(Trace trace, int layer) => (state, value) => trace($"layer{layer:00}.{state}", value);
}
