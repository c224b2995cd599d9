using MlxActors.Native.Tensors;

namespace MlxActors.Models.Nn;

/// <summary>A table of rows by id: <c>ids → [ids, K]</c>. Read the other way round it is the tied output head.</summary>
public sealed record Embedding(Weight Table)
{
    public Tensor Forward(IBackend b, ReadOnlySpan<int> ids) => b.Embed(ids, Table);

    /// <summary>The rows of a step's tokens: <c>[R, K]</c>.</summary>
    public Tensor Forward(IBackend b, Batch batch) =>
        batch.TokensToCome is { } ids ? b.Embed(ids, Table) : b.Embed(batch.Tokens, Table);

    /// <summary>The same for a table of a smaller vocabulary; tokens that it lacks get its row 0.</summary>
    public Tensor ForwardWithin(IBackend b, Batch batch) =>
        batch.TokensToCome is { } ids ? b.Embed(ids, Table) : b.Embed(batch.TokensWithin(Table.Shape[0]), Table);

    /// <summary>The head that shares the table: <c>[R, K] → [R, V]</c>.</summary>
    public Linear AsHead() => new(Table, null);
}
