using MlxActors.Native.Tensors;

namespace MlxActors.Models.Nn;

/// <summary>What sets one decoder's attention apart from another's.</summary>
/// <param name="NormOffset">Added to the weights of the norms: see <see cref="RmsNorm"/>.</param>
/// <param name="Window">Null for layers that look back without bound.</param>
public sealed record DecoderAttentionSpec(
    int HiddenSize, int Heads, int KvHeads, int HeadDim, double NormEps, float NormOffset, float Scale, int? Window);

/// <summary>Grouped-query attention with normalized queries and keys; heads times head dimension need not be the hidden size.</summary>
public sealed record DecoderAttention(
    Linear QProj, Linear KProj, Linear VProj, Linear OProj, RmsNorm QNorm, RmsNorm KNorm, DecoderAttentionSpec Spec)
{
    public static DecoderAttention Load(WeightMap w, DecoderAttentionSpec spec)
    {
        var (queries, keys) = (spec.Heads * spec.HeadDim, spec.KvHeads * spec.HeadDim);
        return new DecoderAttention(
            (w / "q_proj").Linear(spec.HiddenSize, queries),
            (w / "k_proj").Linear(spec.HiddenSize, keys),
            (w / "v_proj").Linear(spec.HiddenSize, keys),
            (w / "o_proj").Linear(queries, spec.HiddenSize),
            (w / "q_norm").RmsNorm(spec.HeadDim, spec.NormEps, spec.NormOffset),
            (w / "k_norm").RmsNorm(spec.HeadDim, spec.NormEps, spec.NormOffset),
            spec);
    }

    /// <param name="rope">The table of the step's rows.</param>
    /// <param name="caches">This layer's, one a sequence of <paramref name="layout"/>.</param>
    public Tensor Forward(IBackend b, Tensor x, Tensor rope, ReadOnlySpan<KvCache> caches, StepLayout layout)
    {
        var rows = layout.Rows;
        var q = b.Reshape(QProj.Forward(b, x), new Shape(rows, Spec.Heads, Spec.HeadDim));
        var k = b.Reshape(KProj.Forward(b, x), new Shape(rows, Spec.KvHeads, Spec.HeadDim));
        var v = b.Reshape(VProj.Forward(b, x), new Shape(rows, Spec.KvHeads, Spec.HeadDim));
        q = b.Rope(QNorm.Forward(b, q), rope);
        k = b.Rope(KNorm.Forward(b, k), rope);
        var attended = b.Attention(q, k, v, caches, layout, Spec.Scale, Spec.Window);
        return OProj.Forward(b, b.Reshape(attended, new Shape(rows, Spec.Heads * Spec.HeadDim)));
    }
}
