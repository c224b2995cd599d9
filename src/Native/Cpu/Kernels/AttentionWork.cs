using MlxActors.Native.Cpu.Caches;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>Some rows of a sequence under one key/value head, and the pages that they see.</summary>
internal unsafe struct AttentionItem
{
    public SequenceView* Sequence;
    public int Head;

    /// <summary>Counted from the sequence's first row of the step.</summary>
    public int FirstRow;
    public int Rows;
    public int FirstPage;
    public int EndPage;

    public readonly int Pages => EndPage - FirstPage;
}

/// <summary>
/// The operands of attention over pages, and how it is cut: an item is a block of rows of one sequence under one key/value head, so that
/// the query heads of a group read its pages once.
/// </summary>
internal readonly unsafe struct AttentionWork(
    SequenceView* sequences, int count, int* visibleEnds, float* q, float* y, PageLayout layout, int group, float scale, int window)
{
    /// <summary>Query vectors that are worked on together.</summary>
    private const int Queries = 64;

    public PageLayout Layout => layout;

    /// <summary>Query heads of a key/value head.</summary>
    public int Group => group;

    public float Scale => scale;

    public int RowsPerItem => Math.Max(1, Queries / group);

    public int QueriesPerItem => RowsPerItem * group;

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

    /// <summary>Floats of scratch that a thread needs.</summary>
    public long ScratchLength => AttentionBlock.ScratchLength(layout, QueriesPerItem);

    public float* ScratchOf(float* scratch, int worker) => scratch + worker * ScratchLength;

    public AttentionItem Locate(int item)
    {
        var sequence = sequences;
        while (item >= ItemsOf(*sequence))
        {
            item -= ItemsOf(*sequence);
            sequence++;
        }
        var firstRow = item / layout.KvHeads * RowsPerItem;
        var rows = Math.Min(RowsPerItem, sequence->Rows - firstRow);
        var end = 0;
        for (var row = firstRow; row < firstRow + rows; row++)
        {
            end = Math.Max(end, EndVisible(sequence, row));
        }
        return new AttentionItem
        {
            Sequence = sequence,
            Head = item % layout.KvHeads,
            FirstRow = firstRow,
            Rows = rows,
            FirstPage = FirstVisible(sequence, firstRow) / PageLayout.Tokens,
            EndPage = Operands.Blocks(end, PageLayout.Tokens),
        };
    }

    public PageHead Page(AttentionItem item, int index)
    {
        var page = layout.Head(item.Sequence->Page(index), item.Head);
        page.Next = index + 1 < item.EndPage ? layout.Head(item.Sequence->Page(index + 1), item.Head).Keys : null;
        return page;
    }

    /// <summary>The first position that a row sees.</summary>
    public int FirstVisible(SequenceView* sequence, int row) =>
        window == int.MaxValue ? 0 : Math.Max(0, sequence->Offset + row - window + 1);

    public int EndVisible(SequenceView* sequence, int row) => visibleEnds[sequence->FirstRow + row];

    /// <summary>A query vector; queries of an item go by rows, then by the heads of the group.</summary>
    public float* Query(AttentionItem item, int query) => q + Place(item, query);

    public float* Result(AttentionItem item, int query) => y + Place(item, query);

    private long Place(AttentionItem item, int query)
    {
        var row = item.Sequence->FirstRow + item.FirstRow + query / group;
        return ((long)row * layout.KvHeads * group + item.Head * group + query % group) * layout.HeadDim;
    }

    private int ItemsOf(SequenceView sequence) => layout.KvHeads * Operands.Blocks(sequence.Rows, RowsPerItem);
}
