using MlxActors.Native.Mlx.Handles;
using MlxActors.Native.Mlx.Interop;
using MlxActors.Native.Tensors;
using MlxActors.Native.Tensors.Choosing;

namespace MlxActors.Native.Mlx;

/// <summary>Tokens, which need not come to the host before the next step is begun with them.</summary>
public sealed partial class MlxBackend
{
    public bool ComputesAside => true;

    public unsafe ReadOnlySpan<int> ViewIds(Tensor ids)
    {
        Operands.RequireIds(nameof(ViewIds), ids);
        if (ids.Shape.Count == 0)
        {
            return [];
        }
        var array = Of(ids);
        if (StorageOf(ids).IsBegun)
        {
            MlxGraph.Await(array);
        }
        else
        {
            Evaluate(array);
        }
        BytesViewed += ids.Bytes;
        return new ReadOnlySpan<int>(MlxC.mlx_array_data_int32(array), ids.Shape[0]);
    }

    public KeptTensor Begin(Tensor tensor)
    {
        var array = _graph.InRows(Of(tensor));
        MlxGraph.BeginEvaluating([array, .. TakePending()]);
        Evaluations++;
        var owned = new MlxOwned(ArrayHandle.Share(array), tensor.Shape, tensor.DType) { IsBegun = true };
        return new MlxKept(owned, tensor.Shape, tensor.DType);
    }

    public Tensor Embed(Tensor ids, Weight table, int firstId = 0)
    {
        Operands.OfEmbed(ids, table);
        var shape = new Shape(ids.Shape[0], table.Shape[1]);
        if (shape.Count == 0)
        {
            return Nothing(shape);
        }
        var (places, areKnown) = PlacesOf(ids, firstId, table.Shape[0]);
        return Result(RowsOf(table, _graph.Where(areKnown, places, _graph.Integer(0))), shape);
    }

    public Tensor ReplaceRows(Tensor tensor, Tensor ids, int firstId, int count, Tensor rows)
    {
        Operands.OfReplaceRows(tensor, ids, count, rows);
        var (_, areKnown) = PlacesOf(ids, firstId, count);
        return Result(_graph.Where(_graph.Reshape(areKnown, ids.Shape[0], 1), Of(rows), Of(tensor)), tensor.Shape);
    }

    public Tensor Choose(Tensor logits, ReadOnlySpan<TokenDraw?> draws)
    {
        Operands.OfChoose(logits, draws);
        var shape = new Shape(draws.Length);
        if (draws.IsEmpty)
        {
            return Result(_graph.FromMemory<int>([], MlxDType.Int32, 0), shape, DType.Int32);
        }
        var tokens = Result(_graph.InRows(_chooser.Choose(Of(logits), logits.Shape[1], draws)), shape, DType.Int32);
        _chosen.Add(_temporaries[^1]);
        return tokens;
    }

    /// <summary>Ids counted from <paramref name="firstId"/>, and whether they are in <c>[0, count)</c>.</summary>
    private (MlxArray Places, MlxArray AreKnown) PlacesOf(Tensor ids, int firstId, int count)
    {
        var places = firstId == 0 ? Of(ids) : _graph.Subtract(Of(ids), _graph.Integer(firstId));
        return (places, _graph.LogicalAnd(
            _graph.GreaterEqual(places, _graph.Integer(0)), _graph.Less(places, _graph.Integer(count))));
    }
}
