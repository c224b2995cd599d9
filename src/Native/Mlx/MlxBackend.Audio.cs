using MlxActors.Native.Mlx.Interop;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Mlx;

/// <summary>Operations over the steps of a clip.</summary>
public sealed partial class MlxBackend
{
    /// <summary>Stands for −∞ where a row that sees nothing must not become NaN.</summary>
    private const float Hidden = -1e30f;

    public Tensor CumulativeNorm(Tensor x, Tensor weight, float eps)
    {
        Operands.OfCumulativeNorm(x, weight);
        if (x.Shape.Count == 0)
        {
            return Nothing(x.Shape);
        }
        var (steps, width) = (x.Shape[0], checked((int)Operands.RowLength(x.Shape)));
        float[] counts = [.. Enumerable.Range(1, steps).Select(step => (float)((long)step * width))];
        var counted = _graph.FromMemory<float>(counts, MlxDType.Float32, steps, 1);
        var numbers = Of(x, new Shape(steps, width));
        var centred = _graph.Subtract(numbers, MeanUpToEach(numbers, counted));
        var variance = MeanUpToEach(_graph.Square(centred), counted);
        var normed = _graph.Multiply(centred, _graph.Rsqrt(_graph.Add(variance, _graph.Number(eps))));
        return Result(_graph.Multiply(_graph.Reshape(normed, x.Shape), Wide(weight)), x.Shape);
    }

    public Tensor LocalAttention(Tensor q, Tensor k, Tensor v, Tensor positions, int before, int keys, float softcap)
    {
        Operands.OfLocalAttention(q, k, v, positions, before, keys, softcap);
        var (rows, heads, headDim, span) = (q.Shape[0], q.Shape[1], q.Shape[2], positions.Shape[0]);
        if (q.Shape.Count == 0)
        {
            return Nothing(q.Shape);
        }
        var seen = Seen(rows, span, before, keys);
        var content = _graph.MatMul(Of(q, new Shape(rows, heads, 1, headDim)), Neighbours(k, before, span, turned: true));
        var distance = _graph.MatMul(_graph.Transpose(Of(q), 1, 0, 2), _graph.Transpose(Of(positions), 1, 2, 0));
        var byRow = _graph.Reshape(_graph.Transpose(distance, 1, 0, 2), rows, heads, 1, span);
        var capped = _graph.Multiply(_graph.Tanh(_graph.Multiply(_graph.Add(content, byRow), 1 / softcap)), softcap);
        var weights = _graph.Where(seen, _graph.Softmax(_graph.Where(seen, capped, _graph.Number(Hidden))), _graph.Number(0));
        var mixed = _graph.MatMul(weights, Neighbours(v, before, span, turned: false));
        return Result(_graph.Reshape(mixed, q.Shape), q.Shape);
    }

    private MlxArray MeanUpToEach(MlxArray numbers, MlxArray counts) =>
        _graph.Divide(_graph.RunningSum(_graph.Sum(numbers)), counts);

    /// <summary>
    /// The rows that each row may look at, zeros where there are none: <c>[R, H, S, D]</c>, or <c>[R, H, D, S]</c> when turned.
    /// </summary>
    private MlxArray Neighbours(Tensor x, int before, int span, bool turned)
    {
        var (rows, heads, headDim) = (x.Shape[0], x.Shape[1], x.Shape[2]);
        var padded = _graph.PadRows(Of(x), before, span - 1 - before);
        var row = (long)heads * headDim;
        return turned
            ? _graph.Strided(padded, [rows, heads, headDim, span], [row, headDim, 1, row])
            : _graph.Strided(padded, [rows, heads, span, headDim], [row, headDim, row, 1]);
    }

    /// <summary>Whether a place of a row's span is a real row: <c>[R, 1, 1, S]</c>.</summary>
    private MlxArray Seen(int rows, int span, int before, int keys)
    {
        var seen = new byte[rows * span];
        for (var i = 0; i < seen.Length; i++)
        {
            var key = i / span - before + i % span;
            seen[i] = (byte)(key >= 0 && key < keys ? 1 : 0);
        }
        return _graph.FromMemory<byte>(seen, MlxDType.Bool, rows, 1, 1, span);
    }
}
