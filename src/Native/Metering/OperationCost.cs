using MlxActors.Native.Tensors;

namespace MlxActors.Native.Metering;

/// <summary>What an operation moves and computes, by the shapes of its operands.</summary>
/// <param name="Streamed">Bytes of weights and of cached keys and values: read from memory, since no processor's cache holds them.</param>
/// <param name="Activations">Bytes of the other operands, and of the result.</param>
/// <param name="Operations">Multiplications and additions of products; 0 where there are none.</param>
public readonly record struct OperationCost(long Streamed, long Activations, long Operations)
{
    public static OperationCost Of(Tensor a, Tensor result) => new(0, a.Bytes + result.Bytes, 0);

    public static OperationCost Of(Tensor a, Tensor b, Tensor result) => new(0, a.Bytes + b.Bytes + result.Bytes, 0);

    public static OperationCost OfLinear(Tensor x, Weight weight, Tensor result) =>
        new(BytesOf(weight), x.Bytes + result.Bytes, 2L * x.Shape.Rows * weight.Shape.Count);

    public static OperationCost OfMatMul(Tensor x, Tensor w, Tensor result) =>
        new(w.Bytes, x.Bytes + result.Bytes, 2L * x.Shape.Rows * w.Shape.Count);

    public static OperationCost OfEmbed(int ids, Weight table, Tensor result) =>
        new(BytesOf(table) / table.Shape[0] * ids, result.Bytes, 0);

    /// <param name="weight"><c>[N, kh, kw, C]</c>, or <c>[C, kh, kw, 1]</c> of channels by themselves.</param>
    public static OperationCost OfConvolution(Tensor x, Tensor weight, Tensor result) =>
        new(weight.Bytes, x.Bytes + result.Bytes, 2L * result.Shape.Rows * weight.Shape.Count);

    /// <param name="keys">Those that the rows of a call see, all together.</param>
    public static OperationCost OfAttention(Tensor q, Tensor k, Tensor v, Tensor result, long keys) =>
        new(0, q.Bytes + k.Bytes + v.Bytes + result.Bytes, Products(q, keys));

    /// <summary>Of rows behind cached ones: each sequence's visible keys are read once, however many rows look at them.</summary>
    public static OperationCost OfAttention(
        Tensor q, Tensor? k, Tensor? v, ReadOnlySpan<KvCache> caches, StepLayout layout, int? window, Tensor result)
    {
        long streamed = 0, pairs = 0;
        for (var i = 0; i < layout.Sequences.Length; i++)
        {
            var rows = layout.Sequences[i];
            var ends = layout.VisibleEnds.Slice(rows.FirstRow, rows.Rows);
            var last = rows.Offset;
            for (var row = 0; row < rows.Rows; row++)
            {
                pairs += ends[row] - FirstVisible(rows.Offset + row, window);
                last = Math.Max(last, ends[row]);
            }
            streamed += (last - FirstVisible(rows.Offset, window)) * caches[i].TokenBytes;
        }
        var fresh = (k?.Bytes ?? 0) + (v?.Bytes ?? 0);
        return new OperationCost(streamed, q.Bytes + fresh + result.Bytes, Products(q, pairs));
    }

    public static OperationCost operator +(OperationCost one, OperationCost other) =>
        new(one.Streamed + other.Streamed, one.Activations + other.Activations, one.Operations + other.Operations);

    private static int FirstVisible(int position, int? window) => window is { } length ? Math.Max(0, position - length + 1) : 0;

    /// <summary>Scores, and sums of values: two products a pair of a query and a key, in each head.</summary>
    private static long Products(Tensor q, long pairs) => 4L * pairs * q.Shape[1] * q.Shape[2];

    private static long BytesOf(Weight weight) => weight switch
    {
        Weight.Plain plain => plain.Values.Bytes,
        Weight.Quantized quantized => quantized.Packed.Bytes + quantized.Scales.Bytes + quantized.Biases.Bytes,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
