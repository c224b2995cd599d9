using MlxActors.Native.Cpu.Caches;
using MlxActors.Native.Cpu.Kernels;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu;

/// <summary>Positions, caches and attention.</summary>
public sealed unsafe partial class CpuBackend
{
    /// <summary>Scores from which on a second round of the threads pays.</summary>
    private const long LeastScores = 2048;

    /// <summary>Scores of one step that are held at the same time, 16 MB.</summary>
    private const long MostScores = 4 << 20;

    public Tensor RopeTable(ReadOnlySpan<int> positions, int axes, RopeSpec spec)
    {
        var (rows, half) = Operands.OfRopeTable(positions, axes, spec);
        var result = NewFloats(new Shape(rows, 2 * half));
        RopeAngles.Fill(positions, rows, spec, new Span<float>(Floats(result), rows * 2 * half));
        return result;
    }

    public Tensor Rope(Tensor x, Tensor table)
    {
        Operands.OfRope(x, table);
        var result = NewFloats(x.Shape);
        Run(
            new Rope(Floats(x), Floats(table), Floats(result), x.Shape[1], x.Shape[2]),
            x.Shape[0], RowsPerBlock(x.Shape[1] * x.Shape[2]));
        return result;
    }

    public KvCache NewKvCache(KvCacheSpec spec)
    {
        Operands.OfKvCache(spec);
        return new PagedKvCache(spec, _options.KvCacheType, _pages);
    }

    public Tensor Attention(
        Tensor q, Tensor? k, Tensor? v, ReadOnlySpan<KvCache> caches, StepLayout layout, float scale, int? window)
    {
        Operands.OfAttention<PagedKvCache>(q, k, v, caches, layout);
        var sequences = layout.Sequences;
        var result = NewFloats(q.Shape);
        if (sequences.IsEmpty)
        {
            return result;
        }
        var pages = ((PagedKvCache)caches[0]).Layout;
        for (var i = 0; i < sequences.Length; i++)
        {
            var cache = (PagedKvCache)caches[i];
            var start = k is null ? cache.Start : cache.StartAfterAppend;
            Operands.OfCachedRows(cache, start, sequences[i], appends: k is not null, window, layout.VisibleEnds);
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
        Operands.OfSelfAttention(q, k, v, segmentEnds);
        var result = NewFloats(q.Shape);
        if (segmentEnds.IsEmpty)
        {
            return result;
        }
        using var scope = BeginScope();
        var pages = new PageLayout(k.Shape[1], k.Shape[2], KvCacheType.Float32);
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
        Operands.OfCrossAttention(q, k, v);
        var result = NewFloats(q.Shape);
        using var scope = BeginScope();
        var (rows, keys, layout) = (q.Shape[0], k.Shape[0], new PageLayout(k.Shape[1], k.Shape[2], KvCacheType.Float32));
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
        var work = new AttentionWork(views, sequences, ends, Floats(q), Floats(result), pages, group, scale, window);
        var scratch = Scratch<float>(_pool.Count * work.ScratchLength);
        var slices = SlicesOf(work);
        var scores = (float*)null;
        if (slices > 1)
        {
            scores = Scratch<float>(AttentionScores.Length(work));
            Run(new AttentionScores(work, scores, scratch), AttentionScores.Parts(work), block: 1);
        }
        var kernel = new AttentionKernel(work, slices, scores, scratch);
        Run(kernel, kernel.Items, block: 1);
    }

    /// <summary>In how many slices the columns of an item are summed up: more than one where items cannot be shared out evenly.</summary>
    private int SlicesOf(AttentionWork work)
    {
        var slices = 1;
        while (slices < work.Layout.Groups && LeavesThreadsIdle(work.Items * slices))
        {
            slices++;
        }
        return slices > 1 && AttentionScores.Length(work) is >= LeastScores and <= MostScores ? slices : 1;
    }

    /// <summary>Whether threads wait for the last ones for more than a fifth of the time.</summary>
    private bool LeavesThreadsIdle(int items) => 4L * Operands.Blocks(items, _pool.Count) * _pool.Count > 5L * items;

    private nint* ScratchPages(int rows, PageLayout layout)
    {
        var count = Operands.Blocks(rows, PageLayout.Tokens);
        var pages = Scratch<nint>(count);
        for (var i = 0; i < count; i++)
        {
            var page = Scratch<byte>(layout.Bytes);
            layout.Clear(page);
            pages[i] = (nint)page;
        }
        return pages;
    }
}
