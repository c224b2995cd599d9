using MlxActors.Native.Tensors;

namespace MlxActors.Models.Nn;

/// <summary>Attention of all patches of an image to all, with biased projections: <c>[P, H · D] → [P, H · D]</c>.</summary>
public sealed record EncoderAttention(Linear Query, Linear Key, Linear Value, Linear Out, int Heads, int HeadDim)
{
    /// <param name="rope">The table of the patches; null where positions are told by the embeddings alone.</param>
    public Tensor Forward(IBackend b, Tensor x, Tensor? rope)
    {
        var patches = x.Shape[0];
        var heads = new Shape(patches, Heads, HeadDim);
        var q = b.Reshape(Query.Forward(b, x), heads);
        var k = b.Reshape(Key.Forward(b, x), heads);
        var v = b.Reshape(Value.Forward(b, x), heads);
        if (rope is { } table)
        {
            (q, k) = (b.Rope(q, table), b.Rope(k, table));
        }
        var attended = b.SelfAttention(q, k, v, [patches], 1 / MathF.Sqrt(HeadDim));
        return Out.Forward(b, b.Reshape(attended, x.Shape));
    }
}

public sealed record EncoderMlp(Linear Fc1, Linear Fc2, Activation Activation)
{
    public Tensor Forward(IBackend b, Tensor x) => Fc2.Forward(b, b.Activate(Fc1.Forward(b, x), Activation));
}

/// <summary>A block of a vision transformer: attention and MLP, each behind a norm, each added to the residual stream.</summary>
public sealed record EncoderLayer(LayerNorm Norm1, EncoderAttention Attention, LayerNorm Norm2, EncoderMlp Mlp)
{
    public Tensor Forward(IBackend b, Tensor h, Tensor? rope = null)
    {
        h = b.Add(h, Attention.Forward(b, Norm1.Forward(b, h), rope));
        return b.Add(h, Mlp.Forward(b, Norm2.Forward(b, h)));
    }
}
