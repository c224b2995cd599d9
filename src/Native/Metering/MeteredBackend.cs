using System.Diagnostics;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors;
using MlxActors.Native.Tensors.Choosing;

namespace MlxActors.Native.Metering;

/// <summary>
/// A backend that passes everything on to another, and tells a meter, while it has one, what each operation took. A lazy backend is made to
/// compute each at once, so that its time is its own. Owns the other.
/// </summary>
public sealed class MeteredBackend(IBackend inner) : IBackend
{
    /// <summary>Null: nothing is metered.</summary>
    public OperationMeter? Meter { get; set; }

    public string Description => inner.Description;

    public bool ComputesAside => inner.ComputesAside;

    public TensorScope BeginScope() => inner.BeginScope();

    public void EndScope(long mark) => inner.EndScope(mark);

    public Tensor KeepOnly(long mark, Tensor tensor) => inner.KeepOnly(mark, tensor);

    public KeptTensor Keep(Tensor tensor) => inner.Keep(tensor);

    public Tensor Import(CheckpointTensor tensor) => inner.Import(tensor);

    public void Settle(CancellationToken cancellationToken) => inner.Settle(cancellationToken);

    public Tensor FromFloats(ReadOnlySpan<float> values, Shape shape) => inner.FromFloats(values, shape);

    public ReadOnlySpan<float> View(Tensor tensor) => inner.View(tensor);

    public ReadOnlySpan<int> ViewIds(Tensor ids) => inner.ViewIds(ids);

    public KeptTensor Begin(Tensor tensor) => inner.Begin(tensor);

    public Tensor Reshape(Tensor tensor, Shape shape) => inner.Reshape(tensor, shape);

    public Tensor Slice(Tensor tensor, int first, int count) => inner.Slice(tensor, first, count);

    public KvCache NewKvCache(KvCacheSpec spec) => inner.NewKvCache(spec);

    public Tensor ToFloat32(Tensor tensor)
    {
        var start = Start();
        return Plain(nameof(ToFloat32), start, inner.ToFloat32(tensor), tensor);
    }

    public Tensor Gather(Tensor tensor, ReadOnlySpan<int> rows)
    {
        var start = Start();
        var result = inner.Gather(tensor, rows);
        return Plain(nameof(Gather), start, result, result);
    }

    public Tensor ReplaceRows(Tensor tensor, int first, Tensor rows)
    {
        var start = Start();
        return Plain(nameof(ReplaceRows), start, inner.ReplaceRows(tensor, first, rows), rows);
    }

    public Tensor ReplaceRows(Tensor tensor, Tensor ids, int firstId, int count, Tensor rows)
    {
        var start = Start();
        return Plain(nameof(ReplaceRows), start, inner.ReplaceRows(tensor, ids, firstId, count, rows), rows);
    }

    public Tensor Linear(Tensor x, Weight weight, Tensor? bias = null)
    {
        var start = Start();
        var result = inner.Linear(x, weight, bias);
        return Meter is null ? result : Note(nameof(Linear), Describe(weight), start, result, OperationCost.OfLinear(x, weight, result));
    }

    public Tensor MatMul(Tensor x, Tensor w)
    {
        var start = Start();
        var result = inner.MatMul(x, w);
        return Meter is null ? result : Note(nameof(MatMul), Whole(w.Shape), start, result, OperationCost.OfMatMul(x, w, result));
    }

    public Tensor Embed(ReadOnlySpan<int> ids, Weight table)
    {
        var start = Start();
        var result = inner.Embed(ids, table);
        return Meter is null
            ? result
            : Note(nameof(Embed), Describe(table), start, result, OperationCost.OfEmbed(ids.Length, table, result));
    }

    public Tensor Embed(Tensor ids, Weight table, int firstId = 0)
    {
        var start = Start();
        var result = inner.Embed(ids, table, firstId);
        return Meter is null
            ? result
            : Note(nameof(Embed), Describe(table), start, result, OperationCost.OfEmbed(ids.Shape[0], table, result));
    }

    public Tensor RmsNorm(Tensor x, Tensor weight, float eps, float weightOffset = 0)
    {
        var start = Start();
        return Plain(nameof(RmsNorm), start, inner.RmsNorm(x, weight, eps, weightOffset), x);
    }

    public Tensor LayerNorm(Tensor x, Tensor weight, Tensor bias, float eps)
    {
        var start = Start();
        return Plain(nameof(LayerNorm), start, inner.LayerNorm(x, weight, bias, eps), x);
    }

    public Tensor Add(Tensor a, Tensor b)
    {
        var start = Start();
        return Plain(nameof(Add), start, inner.Add(a, b), a, b);
    }

    public Tensor Multiply(Tensor a, Tensor b)
    {
        var start = Start();
        return Plain(nameof(Multiply), start, inner.Multiply(a, b), a, b);
    }

    public Tensor Scale(Tensor x, float factor)
    {
        var start = Start();
        return Plain(nameof(Scale), start, inner.Scale(x, factor), x);
    }

    public Tensor Activate(Tensor x, Activation activation)
    {
        var start = Start();
        return Plain(nameof(Activate), start, inner.Activate(x, activation), x);
    }

    public Tensor GatedActivation(Tensor gate, Tensor up, Activation activation)
    {
        var start = Start();
        return Plain(nameof(GatedActivation), start, inner.GatedActivation(gate, up, activation), gate, up);
    }

    public Tensor AveragePool(Tensor x, int kernel)
    {
        var start = Start();
        return Plain(nameof(AveragePool), start, inner.AveragePool(x, kernel), x);
    }

    public Tensor Convolution(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry geometry)
    {
        var start = Start();
        return Convolved(nameof(Convolution), start, inner.Convolution(x, weight, bias, geometry), x, weight);
    }

    public Tensor DepthwiseConvolution(Tensor x, Tensor weight, ConvolutionGeometry geometry)
    {
        var start = Start();
        return Convolved(nameof(DepthwiseConvolution), start, inner.DepthwiseConvolution(x, weight, geometry), x, weight);
    }

    public Tensor Concatenate(Tensor a, Tensor b)
    {
        var start = Start();
        return Plain(nameof(Concatenate), start, inner.Concatenate(a, b), a, b);
    }

    public Tensor CumulativeNorm(Tensor x, Tensor weight, float eps)
    {
        var start = Start();
        return Plain(nameof(CumulativeNorm), start, inner.CumulativeNorm(x, weight, eps), x);
    }

    public Tensor LocalAttention(Tensor q, Tensor k, Tensor v, Tensor positions, int before, int keys, float softcap)
    {
        var start = Start();
        var result = inner.LocalAttention(q, k, v, positions, before, keys, softcap);
        return Attended(nameof(LocalAttention), start, result, q, k, v, (long)q.Shape[0] * positions.Shape[0]);
    }

    public Tensor RopeTable(ReadOnlySpan<int> positions, int axes, RopeSpec spec)
    {
        var start = Start();
        var result = inner.RopeTable(positions, axes, spec);
        return Plain(nameof(RopeTable), start, result, result);
    }

    public Tensor Rope(Tensor x, Tensor table)
    {
        var start = Start();
        return Plain(nameof(Rope), start, inner.Rope(x, table), x, table);
    }

    public Tensor Attention(
        Tensor q, Tensor? k, Tensor? v, ReadOnlySpan<KvCache> caches, StepLayout layout, float scale, int? window)
    {
        var start = Start();
        var result = inner.Attention(q, k, v, caches, layout, scale, window);
        return Meter is null ? result : Note(
            nameof(Attention), Describe(q.Shape) + (window is { } length ? $", window {length}" : ""), start, result,
            OperationCost.OfAttention(q, k, v, caches, layout, window, result));
    }

    public Tensor SelfAttention(Tensor q, Tensor k, Tensor v, ReadOnlySpan<int> segmentEnds, float scale)
    {
        var start = Start();
        var result = inner.SelfAttention(q, k, v, segmentEnds, scale);
        var (pairs, begin) = (0L, 0);
        foreach (var end in segmentEnds)
        {
            pairs += (long)(end - begin) * (end - begin);
            begin = end;
        }
        return Attended(nameof(SelfAttention), start, result, q, k, v, pairs);
    }

    public Tensor CrossAttention(Tensor q, Tensor k, Tensor v, float scale)
    {
        var start = Start();
        return Attended(nameof(CrossAttention), start, inner.CrossAttention(q, k, v, scale), q, k, v, (long)q.Shape[0] * k.Shape[0]);
    }

    public Tensor Columns(Tensor x, int first, int count)
    {
        var start = Start();
        var result = inner.Columns(x, first, count);
        return Plain(nameof(Columns), start, result, result);
    }

    public Tensor MixPlanes(Tensor planes, Tensor factors)
    {
        var start = Start();
        return Plain(nameof(MixPlanes), start, inner.MixPlanes(planes, factors), planes, factors);
    }

    public Tensor AddToPlanes(Tensor planes, Tensor x, Tensor factors)
    {
        var start = Start();
        return Plain(nameof(AddToPlanes), start, inner.AddToPlanes(planes, x, factors), planes, x);
    }

    public Tensor MatchRms(Tensor x, Tensor like, float floor)
    {
        var start = Start();
        return Plain(nameof(MatchRms), start, inner.MatchRms(x, like, floor), x, like);
    }

    public Tensor Outliers(Tensor x, float deviations)
    {
        var start = Start();
        return Plain(nameof(Outliers), start, inner.Outliers(x, deviations), x);
    }

    public Tensor Choose(Tensor logits, ReadOnlySpan<TokenDraw?> draws)
    {
        var start = Start();
        return Plain(nameof(Choose), start, inner.Choose(logits, draws), logits);
    }

    public void Dispose() => inner.Dispose();

    private long Start() => Meter is null ? 0 : Stopwatch.GetTimestamp();

    private Tensor Plain(string name, long start, Tensor result, Tensor a) =>
        Meter is null ? result : Note(name, Describe(result.Shape), start, result, OperationCost.Of(a, result));

    private Tensor Plain(string name, long start, Tensor result, Tensor a, Tensor b) =>
        Meter is null ? result : Note(name, Describe(result.Shape), start, result, OperationCost.Of(a, b, result));

    private Tensor Convolved(string name, long start, Tensor result, Tensor x, Tensor weight) =>
        Meter is null ? result : Note(name, Whole(weight.Shape), start, result, OperationCost.OfConvolution(x, weight, result));

    private Tensor Attended(string name, long start, Tensor result, Tensor q, Tensor k, Tensor v, long pairs) =>
        Meter is null ? result : Note(name, Describe(q.Shape), start, result, OperationCost.OfAttention(q, k, v, result, pairs));

    private Tensor Note(string name, string shape, long start, Tensor result, OperationCost cost)
    {
        if (result.DType == DType.Float32)
        {
            inner.View(result);
        }
        else if (result.DType == DType.Int32)
        {
            inner.ViewIds(result);
        }
        Meter!.Add(name, shape, Stopwatch.GetTimestamp() - start, cost);
        return result;
    }

    private static string Describe(Weight weight) =>
        weight is Weight.Quantized quantized ? $"{Whole(weight.Shape)}, {quantized.Bits} bits" : Whole(weight.Shape);

    /// <summary>Without the outermost axis, which differs from step to step.</summary>
    private static string Describe(Shape shape) => string.Join(" × ", shape.ToArray().Skip(shape.Rank > 1 ? 1 : 0));

    private static string Whole(Shape shape) => string.Join(" × ", shape.ToArray());
}
