using MlxActors.Native.Cpu.Caches;
using MlxActors.Native.Cpu.Kernels;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu;

/// <summary>Positions, caches and attention.</summary>
public sealed unsafe partial class CpuBackend
{
    public Tensor RopeTable(ReadOnlySpan<int> positions, int axes, RopeSpec spec)
    {
        var half = spec.InverseFrequencies.Length;
        if (axes < 1 || positions.Length % axes != 0)
        {
            throw new TensorException(nameof(RopeTable), $"positions for {axes} axes", $"{positions.Length}");
        }
        if (!spec.AxisOfFrequency.IsEmpty && spec.AxisOfFrequency.Length != half)
        {
            throw new TensorException(nameof(RopeTable), $"{half} axes of frequencies", $"{spec.AxisOfFrequency.Length}");
        }
        foreach (var axis in spec.AxisOfFrequency.Span)
        {
            if ((uint)axis >= (uint)axes)
            {
                throw new TensorException(nameof(RopeTable), $"axes below {axes}", $"{axis}");
            }
        }
        var rows = positions.Length / axes;
        var result = NewFloats(new Shape(rows, 2 * half));
        Kernels.RopeTable.Fill(positions, rows, spec, Floats(result));
        return result;
    }

    public Tensor Rope(Tensor x, Tensor table)
    {
        Operands.RequireFloat32(nameof(Rope), nameof(x), x);
        if (x.Shape.Rank != 3 || x.Shape[2] % 2 != 0)
        {
            throw new TensorException(nameof(Rope), "x of shape (R, H, D), D even", x.ToString());
        }
        Operands.RequireShape(nameof(Rope), nameof(table), table, new Shape(x.Shape[0], x.Shape[2]));
        var result = NewFloats(x.Shape);
        Run(
            new Rope(Floats(x), Floats(table), Floats(result), x.Shape[1], x.Shape[2]),
            x.Shape[0], RowsPerBlock(x.Shape[1] * x.Shape[2]));
        return result;
    }

    public KvCache NewKvCache(KvCacheSpec spec) => spec is { KvHeads: > 0, HeadDim: > 0, Window: null or > 0 }
        ? new PagedKvCache(spec, _pages)
        : throw new TensorException(nameof(NewKvCache), "heads, a head dimension and a window above 0", spec.ToString());

    public Tensor Attention(
        Tensor q, Tensor? k, Tensor? v, ReadOnlySpan<KvCache> caches, StepLayout layout, float scale, int? window)
    {
        var sequences = layout.Sequences;
        RequireHeads(nameof(Attention), nameof(q), q, layout.Rows);
        if (caches.Length != sequences.Length)
        {
            throw new TensorException(nameof(Attention), $"{sequences.Length} caches", $"{caches.Length}");
        }
        if (k is null != v is null)
        {
            throw new TensorException(nameof(Attention), "both keys and values, or neither", k is null ? "values alone" : "keys alone");
        }
        var result = NewFloats(q.Shape);
        if (sequences.IsEmpty)
        {
            return result;
        }
        var pages = LayoutOf(caches, q, k, v);
        for (var i = 0; i < sequences.Length; i++)
        {
            RequireCache((PagedKvCache)caches[i], sequences[i], appends: k is not null, window, layout.VisibleEnds);
        }
        using var scope = BeginScope();
        var views = Scratch<SequenceView>(sequences.Length);
        for (var i = 0; i < sequences.Length; i++)
        {
            views[i] = ((PagedKvCache)caches[i]).View(sequences[i], appends: k is not null);
        }
        if (k is { } keys && v is { } values)
        {
            Run(new AppendPages(views, sequences.Length, pages, Floats(keys), Floats(values)), layout.Rows, block: 4);
        }
        var ends = Scratch<int>(layout.Rows);
        layout.VisibleEnds.CopyTo(new Span<int>(ends, layout.Rows));
        Attend(q, result, views, sequences.Length, ends, pages, scale, window ?? int.MaxValue);
        return result;
    }

    public Tensor SelfAttention(Tensor q, Tensor k, Tensor v, ReadOnlySpan<int> segmentEnds, float scale)
    {
        Operands.RequireFloat32(nameof(SelfAttention), nameof(q), q);
        Operands.RequireFloat32(nameof(SelfAttention), nameof(k), k);
        if (q.Shape.Rank != 3 || k.Shape.Rank != 3 || k.Shape[0] != q.Shape[0] || k.Shape[2] != q.Shape[2])
        {
            throw new TensorException(nameof(SelfAttention), "q and k of shape (R, H, D)", $"{q}, {k}");
        }
        Operands.RequireShape(nameof(SelfAttention), nameof(v), v, k.Shape);
        RequireGroups(nameof(SelfAttention), q, k.Shape[1]);
        RequireSegments(q, segmentEnds);
        var result = NewFloats(q.Shape);
        if (segmentEnds.IsEmpty)
        {
            return result;
        }
        using var scope = BeginScope();
        var pages = new PageLayout(k.Shape[1], k.Shape[2]);
        var views = Scratch<SequenceView>(segmentEnds.Length);
        var ends = Scratch<int>(q.Shape[0]);
        for (var (i, first) = (0, 0); i < segmentEnds.Length; first = segmentEnds[i], i++)
        {
            var rows = segmentEnds[i] - first;
            views[i] = new SequenceView { Pages = ScratchPages(rows, pages), FirstRow = first, Rows = rows };
            new Span<int>(ends + first, rows).Fill(rows);
        }
        Run(new AppendPages(views, segmentEnds.Length, pages, Floats(k), Floats(v)), q.Shape[0], block: 16);
        Attend(q, result, views, segmentEnds.Length, ends, pages, scale, int.MaxValue);
        return result;
    }

    public Tensor CrossAttention(Tensor q, Tensor k, Tensor v, float scale)
    {
        Operands.RequireFloat32(nameof(CrossAttention), nameof(q), q);
        Operands.RequireFloat32(nameof(CrossAttention), nameof(k), k);
        if (q.Shape.Rank != 3 || k.Shape.Rank != 3 || k.Shape[0] == 0 || k.Shape[2] != q.Shape[2])
        {
            throw new TensorException(nameof(CrossAttention), "q of shape (R, H, D) and k of shape (S, Hkv, D)", $"{q}, {k}");
        }
        Operands.RequireShape(nameof(CrossAttention), nameof(v), v, k.Shape);
        RequireGroups(nameof(CrossAttention), q, k.Shape[1]);
        var result = NewFloats(q.Shape);
        using var scope = BeginScope();
        var (rows, keys, layout) = (q.Shape[0], k.Shape[0], new PageLayout(k.Shape[1], k.Shape[2]));
        var views = Scratch<SequenceView>(2);
        views[0] = new SequenceView { Pages = ScratchPages(keys, layout), Rows = keys };
        views[1] = views[0] with { Rows = rows };
        var ends = Scratch<int>(rows);
        new Span<int>(ends, rows).Fill(keys);
        Run(new AppendPages(views, 1, layout, Floats(k), Floats(v)), keys, block: 16);
        Attend(q, result, views + 1, 1, ends, layout, scale, int.MaxValue);
        return result;
    }

    private void Attend(
        Tensor q, Tensor result, SequenceView* views, int sequences, int* ends, PageLayout pages, float scale, int window)
    {
        var group = q.Shape[1] / pages.KvHeads;
        var scratch = Scratch<float>(_pool.Count * AttentionKernel.ScratchLength(pages, group));
        var kernel = new AttentionKernel(views, sequences, ends, Floats(q), Floats(result), pages, group, scale, window, scratch);
        Run(kernel, kernel.Items, block: 1);
    }

    private nint* ScratchPages(int rows, PageLayout layout)
    {
        var count = Operands.Blocks(rows, PageLayout.Tokens);
        var pages = Scratch<nint>(count);
        for (var i = 0; i < count; i++)
        {
            var page = Scratch<float>(layout.Floats);
            layout.Clear(page);
            pages[i] = (nint)page;
        }
        return pages;
    }

    private static PageLayout LayoutOf(ReadOnlySpan<KvCache> caches, Tensor q, Tensor? k, Tensor? v)
    {
        var spec = caches[0].Spec;
        foreach (var cache in caches)
        {
            if (cache is not PagedKvCache || cache.Spec.HeadDim != q.Shape[2] || cache.Spec.KvHeads != spec.KvHeads)
            {
                throw new TensorException(
                    nameof(Attention), $"caches of the CPU backend for {spec.KvHeads} heads of {q.Shape[2]}",
                    $"{cache.GetType().Name} {cache.Spec}");
            }
        }
        RequireGroups(nameof(Attention), q, spec.KvHeads);
        if (k is { } keys && v is { } values)
        {
            Operands.RequireShape(nameof(Attention), nameof(k), keys, new Shape(q.Shape[0], spec.KvHeads, spec.HeadDim));
            Operands.RequireShape(nameof(Attention), nameof(v), values, keys.Shape);
        }
        return ((PagedKvCache)caches[0]).Layout;
    }

    private static void RequireCache(PagedKvCache cache, SequenceRows rows, bool appends, int? window, ReadOnlySpan<int> visibleEnds)
    {
        var length = rows.Offset + rows.Rows;
        var held = appends ? rows.Offset : length;
        if (cache.Length != held)
        {
            throw new TensorException(nameof(Attention), $"a cache of {held} tokens", $"{cache.Length}");
        }
        for (var row = 0; row < rows.Rows; row++)
        {
            var end = visibleEnds[rows.FirstRow + row];
            if (end <= rows.Offset + row || end > length)
            {
                throw new TensorException(
                    nameof(Attention), $"a row at {rows.Offset + row} that sees itself and at most {length} keys", $"{end}");
            }
        }
        var first = window is { } w ? Math.Max(0, rows.Offset - w + 1) : 0;
        var start = appends ? cache.StartAfterAppend : cache.Start;
        if (rows.Rows > 0 && first < start)
        {
            throw new TensorException(nameof(Attention), $"keys from {start} on, which the cache still holds", $"{first}");
        }
    }

    private static void RequireHeads(string operation, string name, Tensor tensor, int rows)
    {
        Operands.RequireFloat32(operation, name, tensor);
        if (tensor.Shape.Rank != 3 || tensor.Shape[0] != rows)
        {
            throw new TensorException(operation, $"{name} of shape ({rows}, H, D)", tensor.ToString());
        }
    }

    private static void RequireGroups(string operation, Tensor q, int kvHeads)
    {
        if (kvHeads == 0 || q.Shape[1] % kvHeads != 0)
        {
            throw new TensorException(operation, $"query heads divisible by {kvHeads} key/value heads", q.ToString());
        }
    }

    private static void RequireSegments(Tensor q, ReadOnlySpan<int> ends)
    {
        var previous = 0;
        foreach (var end in ends)
        {
            if (end < previous)
            {
                throw new TensorException(nameof(SelfAttention), $"segment ends that rise from {previous}", $"{end}");
            }
            previous = end;
        }
        if (previous != q.Shape[0])
        {
            throw new TensorException(nameof(SelfAttention), $"a last segment that ends at {q.Shape[0]}", $"{previous}");
        }
    }
}
