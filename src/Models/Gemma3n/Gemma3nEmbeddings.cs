// Follows huggingface/transformers, src/transformers/models/gemma3n/modeling_gemma3n.py (Gemma3nMultimodalEmbedder, Gemma3nModel).

using MlxActors.Models.Nn;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Gemma3n;

/// <summary>
/// Brings a medium into the decoder: features of its tower, and ids of its own vocabulary, such as the end of an image, which the decoder's
/// table holds placeholders for.
/// </summary>
public sealed record Gemma3nEmbedder(
    Embedding Embedding,
    RmsNorm HardEmbeddingNorm,
    RmsNorm SoftEmbeddingNorm,
    Linear EmbeddingProjection,
    RmsNorm PostProjectionNorm,
    int VocabOffset)
{
    private const int MostIdsAtOnce = 64;

    public int VocabSize => Embedding.Table.Shape[0];

    public static Gemma3nEmbedder Load(WeightMap w, Gemma3nEmbedderConfig config, int hiddenSize) => new(
        (w / "embedding").Embedding(config.VocabSize, config.HiddenSize),
        (w / "hard_embedding_norm").RmsNorm(config.HiddenSize, config.RmsNormEps),
        (w / "soft_embedding_norm").RmsNorm(config.HiddenSize, config.RmsNormEps),
        (w / "embedding_projection").Linear(config.HiddenSize, hiddenSize),
        w.RmsNormWithoutWeight(hiddenSize, config.RmsNormEps),
        config.VocabOffset);

    public bool Embeds(int id) => id >= VocabOffset && id < VocabOffset + VocabSize;

    /// <summary>Features of the tower: <c>[tokens, tower's hidden] → [tokens, hidden]</c>.</summary>
    public Tensor Soft(IBackend b, Tensor features) => Project(b, SoftEmbeddingNorm.Forward(b, features));

    /// <summary>Ids of the medium's vocabulary, in place of what stands in the rows of <paramref name="h"/>.</summary>
    public Tensor PlaceHard(IBackend b, Tensor h, int firstRow, ReadOnlySpan<int> ids)
    {
        Span<int> places = stackalloc int[MostIdsAtOnce];
        for (var done = 0; done < ids.Length; done += MostIdsAtOnce)
        {
            var count = Math.Min(MostIdsAtOnce, ids.Length - done);
            for (var i = 0; i < count; i++)
            {
                places[i] = ids[done + i] - VocabOffset;
            }
            h = b.ReplaceRows(h, firstRow + done, Hard(b, places[..count]));
        }
        return h;
    }

    /// <summary>The same where nobody has looked at the ids yet: every row is embedded both ways.</summary>
    public Tensor PlaceHard(IBackend b, Tensor h, Tensor ids)
    {
        var hard = Project(b, HardEmbeddingNorm.Forward(b, b.Embed(ids, Embedding.Table, VocabOffset)));
        return b.ReplaceRows(h, ids, VocabOffset, VocabSize, hard);
    }

    /// <param name="places">Rows of the medium's own table.</param>
    public Tensor Hard(IBackend b, ReadOnlySpan<int> places) =>
        Project(b, HardEmbeddingNorm.Forward(b, Embedding.Forward(b, places)));

    private Tensor Project(IBackend b, Tensor x) => PostProjectionNorm.Forward(b, EmbeddingProjection.Forward(b, x));
}

/// <summary>Token embeddings: the decoder's own, scaled, and those of media, which are not.</summary>
/// <param name="Media">In ascending order of their ids.</param>
public sealed record Gemma3nEmbeddings(Embedding EmbedTokens, float Scale, IReadOnlyList<Gemma3nEmbedder> Media)
{
    /// <summary><c>[R, hidden]</c>, features of media in their places.</summary>
    public Tensor Forward(IBackend b, Batch batch)
    {
        var h = b.Scale(EmbedTokens.Forward(b, batch), Scale);
        for (var i = 0; i < Media.Count; i++)
        {
            h = batch.TokensToCome is { } ids ? Media[i].PlaceHard(b, h, ids) : PlaceHard(b, h, batch, Media[i]);
        }
        return batch.PlaceMedia(b, h);
    }

    /// <summary>Run by run; rows that encoded media take are passed over.</summary>
    private static Tensor PlaceHard(IBackend b, Tensor h, Batch batch, Gemma3nEmbedder embedder)
    {
        var tokens = batch.Tokens;
        for (var (row, next) = (0, 0); row < tokens.Length;)
        {
            if (next < batch.Media.Length && batch.Media[next].FirstRow == row)
            {
                row += batch.Media[next++].Count;
                continue;
            }
            var limit = next < batch.Media.Length ? batch.Media[next].FirstRow : tokens.Length;
            var first = row++;
            var isHard = embedder.Embeds(tokens[first]);
            while (row < limit && embedder.Embeds(tokens[row]) == isHard)
            {
                row++;
            }
            h = isHard ? embedder.PlaceHard(b, h, first, tokens[first..row]) : h;
        }
        return h;
    }
}
