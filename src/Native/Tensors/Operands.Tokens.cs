using MlxActors.Native.Tensors.Choosing;

namespace MlxActors.Native.Tensors;

/// <summary>Ids of tokens, and choosing them.</summary>
internal static partial class Operands
{
    public static void RequireIds(string operation, Tensor ids)
    {
        if (ids.DType != DType.Int32 || ids.Shape.Rank != 1)
        {
            throw new TensorException(operation, "ids in Int32, of one axis", ids.ToString());
        }
    }

    public static void OfEmbed(Tensor ids, Weight table)
    {
        RequireIds(nameof(IBackend.Embed), ids);
        RequireWeight(nameof(IBackend.Embed), table);
    }

    public static void OfReplaceRows(Tensor tensor, Tensor ids, int count, Tensor rows)
    {
        const string Operation = nameof(IBackend.ReplaceRows);
        RequireIds(Operation, ids);
        RequireFloat32(Operation, nameof(tensor), tensor);
        if (tensor.Shape.Rank != 2 || tensor.Shape[0] != ids.Shape[0])
        {
            throw new TensorException(Operation, $"tensor of shape ({ids.Shape[0]}, K) for ids {ids.Shape}", tensor.ToString());
        }
        RequireShape(Operation, nameof(rows), rows, tensor.Shape);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
    }

    public static void OfChoose(Tensor logits, ReadOnlySpan<TokenDraw?> draws)
    {
        const string Operation = nameof(IBackend.Choose);
        RequireFloat32(Operation, nameof(logits), logits);
        if (logits.Shape.Rank != 2 || logits.Shape[0] != draws.Length || logits.Shape[1] == 0)
        {
            throw new TensorException(Operation, $"logits of shape ({draws.Length}, V)", logits.ToString());
        }
    }
}
