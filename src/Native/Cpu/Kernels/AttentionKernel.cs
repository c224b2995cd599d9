using MlxActors.Native.Cpu.Caches;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// Softmax attention over pages. An item is a block of rows of one sequence under one key/value head, so that the query heads of a
/// group read its pages once. A row goes through its keys page after page from the first that it sees, whatever step they came in.
/// </summary>
internal readonly unsafe struct AttentionKernel(
    SequenceView* sequences, int count, int* visibleEnds, float* q, float* y, PageLayout layout, int group, float scale, int window,
    float* scratch) : IKernel
{
    /// <summary>Query vectors that are worked on together.</summary>
    private const int Queries = 64;

    public int Items
    {
        get
        {
            var items = 0;
            for (var i = 0; i < count; i++)
            {
                items += ItemsOf(sequences[i]);
            }
            return items;
        }
    }

    private int RowsPerItem => Math.Max(1, Queries / group);

    /// <summary>Floats of scratch a thread needs.</summary>
    public static long ScratchLength(PageLayout layout, int group) => AttentionBlock.ScratchLength(layout, Math.Max(Queries, group));

    public void Scalar(int first, int end, int worker)
    {
        switch (layout.Type)
        {
            case KvCacheType.Float32:
                Attend<Float32Numbers>(first, end);
                break;
            case KvCacheType.BFloat16:
                Attend<BFloat16Numbers>(first, end);
                break;
            case KvCacheType.Int8:
                Attend<Int8Numbers>(first, end);
                break;
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        switch (layout.Type)
        {
            case KvCacheType.Float32:
                Attend<TSimd, TFloats, Float32Numbers>(first, end, worker);
                break;
            case KvCacheType.BFloat16:
                Attend<TSimd, TFloats, BFloat16Numbers>(first, end, worker);
                break;
            case KvCacheType.Int8:
                Attend<TSimd, TFloats, Int8Numbers>(first, end, worker);
                break;
        }
    }

    private void Attend<TNumbers>(int first, int end)
        where TNumbers : struct, IPageNumbers
    {
        for (var item = first; item < end; item++)
        {
            var sequence = Locate(item, out var head, out var firstRow);
            var lastRow = Math.Min(firstRow + RowsPerItem, sequence->Rows);
            for (var row = firstRow; row < lastRow; row++)
            {
                for (var g = 0; g < group; g++)
                {
                    AttendOne<TNumbers>(sequence, head, row, g);
                }
            }
        }
    }

    private void Attend<TSimd, TFloats, TNumbers>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
        where TNumbers : struct, IPageNumbers
    {
        var queries = RowsPerItem * group;
        var memory = scratch + worker * ScratchLength(layout, group);
        for (var item = first; item < end; item++)
        {
            var sequence = Locate(item, out var head, out var firstRow);
            var rows = Math.Min(RowsPerItem, sequence->Rows - firstRow);
            var block = new AttentionBlock<TSimd, TFloats>(layout, scale, rows * group, memory, queries);
            var lastEnd = 0;
            for (var i = 0; i < rows; i++)
            {
                var row = sequence->FirstRow + firstRow + i;
                lastEnd = Math.Max(lastEnd, visibleEnds[row]);
                for (var g = 0; g < group; g++)
                {
                    var offset = ((long)row * layout.KvHeads * group + head * group + g) * layout.HeadDim;
                    block.Begin(i * group + g, q + offset, FirstVisible(sequence, firstRow + i), visibleEnds[row]);
                }
            }
            var pages = Operands.Blocks(lastEnd, PageLayout.Tokens);
            for (var page = FirstVisible(sequence, firstRow) / PageLayout.Tokens; page < pages; page++)
            {
                block.See<TNumbers>(page * PageLayout.Tokens, layout.Head(sequence->Page(page), head));
            }
            for (var i = 0; i < rows * group; i++)
            {
                var row = sequence->FirstRow + firstRow + i / group;
                block.End(i, y + ((long)row * layout.KvHeads * group + head * group + i % group) * layout.HeadDim);
            }
        }
    }

    private int ItemsOf(SequenceView sequence) => layout.KvHeads * Operands.Blocks(sequence.Rows, RowsPerItem);

    private SequenceView* Locate(int item, out int head, out int firstRow)
    {
        var sequence = sequences;
        while (item >= ItemsOf(*sequence))
        {
            item -= ItemsOf(*sequence);
            sequence++;
        }
        (head, firstRow) = (item % layout.KvHeads, item / layout.KvHeads * RowsPerItem);
        return sequence;
    }

    private int FirstVisible(SequenceView* sequence, int row) =>
        window == int.MaxValue ? 0 : Math.Max(0, sequence->Offset + row - window + 1);

    private void AttendOne<TNumbers>(SequenceView* sequence, int head, int row, int g)
        where TNumbers : struct, IPageNumbers
    {
        var offset = ((long)(sequence->FirstRow + row) * layout.KvHeads * group + head * group + g) * layout.HeadDim;
        var (first, end) = (FirstVisible(sequence, row), visibleEnds[sequence->FirstRow + row]);
        var largest = double.NegativeInfinity;
        for (var position = first; position < end; position++)
        {
            largest = Math.Max(largest, Score<TNumbers>(sequence, head, position, q + offset));
        }
        var sums = stackalloc double[layout.HeadDim];
        new Span<double>(sums, layout.HeadDim).Clear();
        var weights = 0.0;
        for (var position = first; position < end; position++)
        {
            var weight = Math.Exp(Score<TNumbers>(sequence, head, position, q + offset) - largest);
            var (page, slot) = (PageOf(sequence, head, position), position % PageLayout.Tokens);
            for (var d = 0; d < layout.HeadDim; d++)
            {
                sums[d] += weight * Read<TNumbers>(page.Values, PageLayout.ValueIndex(slot, d), page.ValueScales, slot, d);
            }
            weights += weight;
        }
        for (var d = 0; d < layout.HeadDim; d++)
        {
            y[offset + d] = (float)(sums[d] / weights);
        }
    }

    private double Score<TNumbers>(SequenceView* sequence, int head, int position, float* query)
        where TNumbers : struct, IPageNumbers
    {
        var (page, slot) = (PageOf(sequence, head, position), position % PageLayout.Tokens);
        var dot = 0.0;
        for (var d = 0; d < layout.HeadDim; d++)
        {
            dot += (double)query[d] * Read<TNumbers>(page.Keys, PageLayout.KeyIndex(slot, d), page.KeyScales, slot, d);
        }
        return dot * scale;
    }

    private PageHead PageOf(SequenceView* sequence, int head, int position) =>
        layout.Head(sequence->Page(position / PageLayout.Tokens), head);

    private static float Read<TNumbers>(byte* numbers, int index, ushort* scales, int slot, int d)
        where TNumbers : struct, IPageNumbers => TNumbers.Read(
            numbers + index * TNumbers.Bytes,
            TNumbers.HaveScales ? BFloat16.ToFloat32(scales[PageLayout.ScaleIndex(slot, d)]) : 0);
}
