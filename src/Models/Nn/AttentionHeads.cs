namespace MlxActors.Models.Nn;

/// <summary>Bounds on what a config says of a transformer: beyond any model, and products of them stay within their types.</summary>
public static class TransformerBounds
{
    public const int MaxLayers = 1024;
    public const int MaxHeads = 1024;
    public const int MaxHeadDim = 4096;
    public const int MaxContext = 1 << 28;
}

/// <summary>Heads of a decoder's attention; several query heads may share one of keys and values.</summary>
public readonly record struct AttentionHeads(int Heads, int KvHeads, int HeadDim)
{
    /// <param name="heads">For a config without <c>num_attention_heads</c>; null when the key is required.</param>
    /// <param name="kvHeads">For a config without <c>num_key_value_heads</c>; null when it then is the number of heads.</param>
    public static AttentionHeads Parse(ConfigNode text, int? heads, int? kvHeads, int headDim)
    {
        var count = text.Size("num_attention_heads", heads, TransformerBounds.MaxHeads);
        var kvCount = text.Size("num_key_value_heads", kvHeads ?? count, TransformerBounds.MaxHeads);
        var dimension = text.Size("head_dim", headDim, TransformerBounds.MaxHeadDim);
        if (count % kvCount != 0)
        {
            throw text.Wrong("num_key_value_heads", $"a divisor of the {count} attention heads");
        }
        return dimension % 2 == 0
            ? new AttentionHeads(count, kvCount, dimension)
            : throw text.Wrong("head_dim", "an even number");
    }
}
