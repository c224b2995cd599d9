using MlxActors.Native.Tensors;
using MlxActors.Native.Tensors.Choosing;

namespace MlxActors.Native.Cpu;

/// <summary>Tokens. The host itself computes here, so that they are known as soon as they are chosen.</summary>
public sealed unsafe partial class CpuBackend
{
    private readonly TokenChooser _chooser = new();

    public bool ComputesAside => false;

    public ReadOnlySpan<int> ViewIds(Tensor ids)
    {
        Operands.RequireIds(nameof(ViewIds), ids);
        return Ids(ids);
    }

    public KeptTensor Begin(Tensor tensor) => Keep(tensor);

    public Tensor Embed(Tensor ids, Weight table, int firstId = 0)
    {
        Operands.OfEmbed(ids, table);
        var rows = new Span<int>(Scratch<int>(ids.Shape[0]), ids.Shape[0]);
        for (var i = 0; i < rows.Length; i++)
        {
            var row = (long)Ids(ids)[i] - firstId;
            rows[i] = row >= 0 && row < table.Shape[0] ? (int)row : 0;
        }
        return Embed(rows, table);
    }

    public Tensor ReplaceRows(Tensor tensor, Tensor ids, int firstId, int count, Tensor rows)
    {
        Operands.OfReplaceRows(tensor, ids, count, rows);
        var result = Copy(tensor);
        var width = tensor.Shape.Last;
        for (var row = 0L; row < ids.Shape[0]; row++)
        {
            var place = (long)Ids(ids)[(int)row] - firstId;
            if (place >= 0 && place < count)
            {
                new ReadOnlySpan<float>(Floats(rows) + row * width, width).CopyTo(new Span<float>(Floats(result) + row * width, width));
            }
        }
        return result;
    }

    public Tensor Choose(Tensor logits, ReadOnlySpan<TokenDraw?> draws)
    {
        Operands.OfChoose(logits, draws);
        var result = New(new Shape(draws.Length), DType.Int32);
        var tokens = new Span<int>(Start(nameof(Choose), result), draws.Length);
        var width = logits.Shape.Last;
        for (var row = 0; row < draws.Length; row++)
        {
            tokens[row] = _chooser.Choose(new ReadOnlySpan<float>(Floats(logits) + (long)row * width, width), draws[row]);
        }
        return result;
    }

    private static ReadOnlySpan<int> Ids(Tensor ids) => new(Start(nameof(Ids), ids), ids.Shape[0]);
}
