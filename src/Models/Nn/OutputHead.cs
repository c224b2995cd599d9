using MlxActors.Native.Tensors;

namespace MlxActors.Models.Nn;

/// <summary>The last norm and the projection to logits, for the rows that want some.</summary>
public sealed record OutputHead(RmsNorm Norm, Linear LmHead)
{
    /// <param name="w">The path above <c>lm_head</c>, which a checkpoint may hold although it is tied.</param>
    public static OutputHead Load(WeightMap w, RmsNorm norm, Embedding embedTokens, bool tied)
    {
        var lmHead = w / "lm_head";
        var (vocabulary, hidden) = (embedTokens.Table.Shape[0], embedTokens.Table.Shape[1]);
        return new OutputHead(norm, lmHead.Exists || !tied ? lmHead.Linear(hidden, vocabulary) : embedTokens.AsHead());
    }

    /// <summary>
    /// <c>h [R, hidden] → [LogitRows, V]</c>; null when no row wants any. A decoder that has already dropped the other rows gives
    /// <c>[LogitRows, hidden]</c>.
    /// </summary>
    public Tensor? Forward(IBackend b, Tensor h, Batch batch, Trace? trace)
    {
        if (batch.LogitRows.IsEmpty)
        {
            return null;
        }
        h = Norm.Forward(b, batch.LogitRows.Length == h.Shape[0] ? h : b.Gather(h, batch.LogitRows));
        trace?.Invoke("final_norm", h);
        return LmHead.Forward(b, h);
    }
}
