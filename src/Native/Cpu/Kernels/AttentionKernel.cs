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
    public static long ScratchLength(PageLayout layout, int group) =>
        Math.Max(Queries, group) * AttentionBlock.FloatsPerQuery(layout);

    public void Scalar(int first, int end, int worker)
    {
        for (var item = first; item < end; item++)
        {
            var sequence = Locate(item, out var head, out var firstRow);
            var lastRow = Math.Min(firstRow + RowsPerItem, sequence->Rows);
            for (var row = firstRow; row < lastRow; row++)
            {
                for (var g = 0; g < group; g++)
                {
                    AttendOne(sequence, head, row, g);
                }
            }
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
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
                var start = sequence->Page(page);
                block.See(page * PageLayout.Tokens, start + layout.Keys(head), start + layout.Values(head));
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

    private void AttendOne(SequenceView* sequence, int head, int row, int g)
    {
        var offset = ((long)(sequence->FirstRow + row) * layout.KvHeads * group + head * group + g) * layout.HeadDim;
        var (first, end) = (FirstVisible(sequence, row), visibleEnds[sequence->FirstRow + row]);
        var largest = double.NegativeInfinity;
        for (var position = first; position < end; position++)
        {
            largest = Math.Max(largest, Score(sequence, head, position, q + offset));
        }
        var sums = stackalloc double[layout.HeadDim];
        new Span<double>(sums, layout.HeadDim).Clear();
        var weights = 0.0;
        for (var position = first; position < end; position++)
        {
            var weight = Math.Exp(Score(sequence, head, position, q + offset) - largest);
            var value = sequence->Page(position / PageLayout.Tokens)
                + layout.Values(head) + position % PageLayout.Tokens * layout.ValueStride;
            for (var d = 0; d < layout.HeadDim; d++)
            {
                sums[d] += weight * value[d];
            }
            weights += weight;
        }
        for (var d = 0; d < layout.HeadDim; d++)
        {
            y[offset + d] = (float)(sums[d] / weights);
        }
    }

    private double Score(SequenceView* sequence, int head, int position, float* query)
    {
        var key = sequence->Page(position / PageLayout.Tokens) + layout.Keys(head) + position % PageLayout.Tokens;
        var dot = 0.0;
        for (var d = 0; d < layout.HeadDim; d++)
        {
            dot += (double)query[d] * key[d * PageLayout.Tokens];
        }
        return dot * scale;
    }
}
