using MlxActors.Native.Tensors;

namespace MlxActors.Models.Nn;

/// <summary>A table of rows by id: <c>ids → [ids, K]</c>. Read the other way round it is the tied output head.</summary>
public sealed record Embedding(Weight Table)
{
    public Tensor Forward(IBackend b, ReadOnlySpan<int> ids) => b.Embed(ids, Table);

    /// <summary>The head that shares the table: <c>[R, K] → [R, V]</c>.</summary>
    public Linear AsHead() => new(Table, null);
}
