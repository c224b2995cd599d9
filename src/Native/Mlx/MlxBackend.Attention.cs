using MlxActors.Native.Mlx.Interop;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Mlx;

/// <summary>Positions, caches and attention.</summary>
public sealed partial class MlxBackend
{
    public Tensor RopeTable(ReadOnlySpan<int> positions, int axes, RopeSpec spec)
    {
        var (rows, half) = Operands.OfRopeTable(positions, axes, spec);
        var shape = new Shape(rows, 2 * half);
        var table = new float[shape.Count];
        RopeAngles.Fill(positions, rows, spec, table);
        var array = _graph.FromMemory<float>(table, MlxDType.Float32, rows, 2 * half);
        if (!_fusesRope || !AxesAgree(positions, rows))
        {
            return Result(array, shape);
        }
        float[] wavelengths = [.. spec.InverseFrequencies.ToArray().Select(frequency => 1 / frequency)];
        var fused = new MlxRopeTable(
            array, shape, Integers(positions[..rows]), _graph.FromMemory<float>(wavelengths, MlxDType.Float32, half));
        return Temporary(fused, shape, DType.Float32);
    }

    public Tensor Rope(Tensor x, Tensor table)
    {
        Operands.OfRope(x, table);
        var (rows, heads, half) = (x.Shape[0], x.Shape[1], x.Shape[2] / 2);
        if (table.Storage is MlxRopeTable known && table.Offset == 0 && table.Shape[0] == rows && rows > 0)
        {
            var apart = Of(x, new Shape(rows, heads, 1, 2 * half));
            return Result(_graph.Reshape(_graph.Rope(apart, 2 * half, known.Positions, known.Wavelengths), x.Shape), x.Shape);
        }
        // Both halves turned with the other half beside them; taking the halves in reverse order copies nothing.
        var halves = Of(x, new Shape(rows, heads, 2, half));
        var swapped = _graph.Slice(halves, [0, 0, 1, 0], [rows, heads, -3, half], [1, 1, -1, 1]);
        var turned = _graph.Add(_graph.Multiply(halves, Cosines(table)), _graph.Multiply(swapped, Sines(table)));
        return Result(_graph.Reshape(turned, x.Shape), x.Shape);
    }

    public KvCache NewKvCache(KvCacheSpec spec)
    {
        Operands.OfKvCache(spec);
        return new MlxKvCache(spec);
    }

    public Tensor Attention(
        Tensor q, Tensor? k, Tensor? v, ReadOnlySpan<KvCache> caches, StepLayout layout, float scale, int? window)
    {
        Operands.OfAttention<MlxKvCache>(q, k, v, caches, layout);
        var sequences = layout.Sequences;
        for (var i = 0; i < sequences.Length; i++)
        {
            var cache = (MlxKvCache)caches[i];
            var start = k is null ? cache.Start : cache.StartAfter(sequences[i].Rows);
            Operands.OfCachedRows(cache, start, sequences[i], appends: k is not null, window, layout.VisibleEnds);
        }
        var attended = new List<MlxArray>(sequences.Length);
        for (var i = 0; i < sequences.Length; i++)
        {
            if (sequences[i].Rows > 0)
            {
                var cache = (MlxKvCache)caches[i];
                Append(cache, k, v, sequences[i]);
                attended.Add(Attend(q, cache, sequences[i], layout.VisibleEnds, scale, window));
            }
        }
        return Joined(attended, q.Shape);
    }

    public Tensor SelfAttention(Tensor q, Tensor k, Tensor v, ReadOnlySpan<int> segmentEnds, float scale)
    {
        Operands.OfSelfAttention(q, k, v, segmentEnds);
        var attended = new List<MlxArray>(segmentEnds.Length);
        for (var (i, first) = (0, 0); i < segmentEnds.Length; first = segmentEnds[i], i++)
        {
            var rows = segmentEnds[i] - first;
            if (rows > 0)
            {
                attended.Add(_graph.Attention(
                    HeadsFirst(q, first, rows), HeadsFirst(k, first, rows), HeadsFirst(v, first, rows), scale, MlxMask.None));
            }
        }
        return Joined(attended, q.Shape);
    }

    public Tensor CrossAttention(Tensor q, Tensor k, Tensor v, float scale)
    {
        Operands.OfCrossAttention(q, k, v);
        var keys = k.Shape[0];
        return q.Shape.Count == 0
            ? Nothing(q.Shape)
            : Joined(
                [_graph.Attention(HeadsFirst(q, 0, q.Shape[0]), HeadsFirst(k, 0, keys), HeadsFirst(v, 0, keys), scale, MlxMask.None)],
                q.Shape);
    }

    /// <summary>Whether each row is at one position on all axes: of text, always.</summary>
    private static bool AxesAgree(ReadOnlySpan<int> positions, int rows)
    {
        for (var first = rows; first < positions.Length; first += rows)
        {
            if (!positions.Slice(first, rows).SequenceEqual(positions[..rows]))
            {
                return false;
            }
        }
        return true;
    }

    private MlxArray Attend(Tensor q, MlxKvCache cache, SequenceRows rows, ReadOnlySpan<int> visibleEnds, float scale, int? window)
    {
        var first = Operands.FirstVisible(rows.Offset, window);
        var (keys, values) = cache.From(_graph, first);
        var mask = _masks.Of(rows, visibleEnds.Slice(rows.FirstRow, rows.Rows), first, window);
        return _graph.Attention(HeadsFirst(q, rows.FirstRow, rows.Rows), keys, values, scale, mask);
    }

    private void Append(MlxKvCache cache, Tensor? k, Tensor? v, SequenceRows rows)
    {
        if (k is { } keys && v is { } values)
        {
            cache.Append(
                _graph, HeadsFirst(keys, rows.FirstRow, rows.Rows), HeadsFirst(values, rows.FirstRow, rows.Rows), rows.Rows);
            _unevaluated.Add(cache);
        }
    }

    /// <summary>Rows of <c>[R, H, D]</c> as <c>[1, H, L, D]</c>.</summary>
    private MlxArray HeadsFirst(Tensor x, int first, int rows) =>
        _graph.Transpose(Of(Slice(x, first, rows), new Shape(1, rows, x.Shape[1], x.Shape[2])), 0, 2, 1, 3);

    /// <summary>Parts <c>[1, H, L, D]</c>, one behind the other, as <c>[R, H, D]</c>.</summary>
    private Tensor Joined(List<MlxArray> parts, Shape shape)
    {
        if (parts.Count == 0)
        {
            return Nothing(shape);
        }
        MlxArray[] rows = [.. parts.Select(part => _graph.Transpose(part, 0, 2, 1, 3))];
        return Result(_graph.Reshape(_graph.Concatenate(rows, axis: 1), shape), shape);
    }

    /// <summary><c>[R, 1, 1, D/2]</c>.</summary>
    private MlxArray Cosines(Tensor table) => StorageOf(table).Form(ArrayForm.Cosines, table, 0, () =>
    {
        var (rows, half) = (table.Shape[0], table.Shape[1] / 2);
        return _graph.Reshape(_graph.Slice(Of(table), [0, 0], [rows, half]), rows, 1, 1, half);
    });

    /// <summary><c>[R, 1, 2, D/2]</c>: those of the first half negated.</summary>
    private MlxArray Sines(Tensor table) => StorageOf(table).Form(ArrayForm.Sines, table, 0, () =>
    {
        var (rows, half) = (table.Shape[0], table.Shape[1] / 2);
        var sines = _graph.Reshape(_graph.Slice(Of(table), [0, half], [rows, 2 * half]), rows, 1, 1, half);
        return _graph.Concatenate([_graph.Multiply(sines, -1), sines], axis: 2);
    });
}
