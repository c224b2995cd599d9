using MlxActors.Native.Tensors;

namespace MlxActors.Models.Nn;

/// <summary>What sets one decoder's attention apart from another's.</summary>
/// <param name="NormOffset">Added to the weights of the norms: see <see cref="RmsNorm"/>.</param>
/// <param name="Window">Null for layers that look back without bound.</param>
public sealed record DecoderAttentionSpec(
    int HiddenSize, int Heads, int KvHeads, int HeadDim, double NormEps, float NormOffset, float Scale, int? Window)
{
    /// <summary>Whether values are normalized too, by a norm without weights.</summary>
    public bool NormalizesValues { get; init; }
}

/// <summary>Where a layer's keys and values come from.</summary>
/// <param name="VNorm">Null where values stay as they are.</param>
public sealed record DecoderKeyValues(Linear KProj, Linear VProj, RmsNorm KNorm, RmsNorm? VNorm)
{
    public static DecoderKeyValues Load(WeightMap w, DecoderAttentionSpec spec)
    {
        var keys = spec.KvHeads * spec.HeadDim;
        return new DecoderKeyValues(
            (w / "k_proj").Linear(spec.HiddenSize, keys),
            (w / "v_proj").Linear(spec.HiddenSize, keys),
            (w / "k_norm").RmsNorm(spec.HeadDim, spec.NormEps, spec.NormOffset),
            spec.NormalizesValues ? w.RmsNormWithoutWeight(spec.HeadDim, spec.NormEps) : null);
    }

    public (Tensor Keys, Tensor Values) Forward(IBackend b, Tensor x, Tensor rope, Shape heads)
    {
        var k = b.Reshape(KProj.Forward(b, x), heads);
        var v = b.Reshape(VProj.Forward(b, x), heads);
        return (b.Rope(KNorm.Forward(b, k), rope), VNorm is { } norm ? norm.Forward(b, v) : v);
    }
}

/// <summary>Grouped-query attention with normalized queries and keys; heads times head dimension need not be the hidden size.</summary>
/// <param name="KeyValues">Null for a layer that attends to the keys and values of another.</param>
public sealed record DecoderAttention(Linear QProj, Linear OProj, RmsNorm QNorm, DecoderKeyValues? KeyValues, DecoderAttentionSpec Spec)
{
    public static DecoderAttention Load(WeightMap w, DecoderAttentionSpec spec) => Over(w, spec, DecoderKeyValues.Load(w, spec));

    /// <summary>A layer without keys and values of its own; checkpoints hold some all the same, which are left alone.</summary>
    public static DecoderAttention LoadSharing(WeightMap w, DecoderAttentionSpec spec)
    {
        (w / "k_proj").Disregard();
        (w / "v_proj").Disregard();
        (w / "k_norm").Disregard();
        return Over(w, spec, null);
    }

    /// <param name="rope">The table of the step's rows.</param>
    /// <param name="caches">
    /// One a sequence of <paramref name="layout"/>: this layer's, or those of the layer whose keys and values it shares.
    /// </param>
    public Tensor Forward(
        IBackend b, Tensor x, Tensor rope, ReadOnlySpan<KvCache> caches, StepLayout layout, Trace? trace = null)
    {
        var rows = layout.Rows;
        var q = QNorm.Forward(b, b.Reshape(QProj.Forward(b, x), new Shape(rows, Spec.Heads, Spec.HeadDim)));
        trace?.Invoke("q_norm", q);
        (Tensor Keys, Tensor Values)? own = KeyValues?.Forward(b, x, rope, new Shape(rows, Spec.KvHeads, Spec.HeadDim));
        var attended = b.Attention(b.Rope(q, rope), own?.Keys, own?.Values, caches, layout, Spec.Scale, Spec.Window);
        return OProj.Forward(b, b.Reshape(attended, new Shape(rows, Spec.Heads * Spec.HeadDim)));
    }

    private static DecoderAttention Over(WeightMap w, DecoderAttentionSpec spec, DecoderKeyValues? keyValues) => new(
        (w / "q_proj").Linear(spec.HiddenSize, spec.Heads * spec.HeadDim),
        (w / "o_proj").Linear(spec.Heads * spec.HeadDim, spec.HiddenSize),
        (w / "q_norm").RmsNorm(spec.HeadDim, spec.NormEps, spec.NormOffset),
        keyValues,
        spec);
}
