using MlxActors.Native.Cpu.Caches;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// The scores of attention alone, for steps whose items would leave threads idle: parts of an item's pages are scored side by side, and
/// then <see cref="AttentionKernel"/> sums up its columns side by side. An item of this kernel is such a part.
/// </summary>
/// <param name="scores">Item after item, page after page, query after query: <see cref="Length"/> floats.</param>
internal readonly unsafe struct AttentionScores(AttentionWork work, float* scores, float* scratch) : IKernel
{
    private const int PagesPerPart = 8;

    /// <summary>Floats for all scores.</summary>
    public static long Length(AttentionWork work) => OffsetOf(work, work.Items);

    /// <summary>Where the scores of an item begin.</summary>
    public static long OffsetOf(AttentionWork work, int item)
    {
        var floats = 0L;
        for (var i = 0; i < item; i++)
        {
            var before = work.Locate(i);
            floats += (long)before.Pages * PageFloats(work, before);
        }
        return floats;
    }

    /// <summary>Floats for the scores of a page.</summary>
    public static int PageFloats(AttentionWork work, AttentionItem item) => item.Rows * work.Group * PageLayout.Tokens;

    public static int Parts(AttentionWork work)
    {
        var parts = 0;
        for (var i = 0; i < work.Items; i++)
        {
            parts += Operands.Blocks(work.Locate(i).Pages, PagesPerPart);
        }
        return parts;
    }

    /// <summary>Nothing: the twin of the sums scores as it goes.</summary>
    public void Scalar(int first, int end, int worker)
    {
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        switch (work.Layout.Type)
        {
            case KvCacheType.Float32:
                Score<TSimd, TFloats, Float32Numbers>(first, end, worker);
                break;
            case KvCacheType.BFloat16:
                Score<TSimd, TFloats, BFloat16Numbers>(first, end, worker);
                break;
            case KvCacheType.Int8:
                Score<TSimd, TFloats, Int8Numbers>(first, end, worker);
                break;
        }
    }

    private void Score<TSimd, TFloats, TNumbers>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
        where TNumbers : struct, IPageNumbers
    {
        for (var part = first; part < end; part++)
        {
            var (index, inItem) = (0, part);
            for (var parts = PartsOf(index); inItem >= parts; parts = PartsOf(index))
            {
                inItem -= parts;
                index++;
            }
            var item = work.Locate(index);
            var block = new AttentionBlock<TSimd, TFloats>(work, item, work.ScratchOf(scratch, worker), firstColumn: 0, endColumn: 0);
            var page = item.FirstPage + inItem * PagesPerPart;
            var target = scores + OffsetOf(work, index) + (long)inItem * PagesPerPart * PageFloats(work, item);
            for (var last = Math.Min(page + PagesPerPart, item.EndPage); page < last; page++, target += PageFloats(work, item))
            {
                block.Score<TNumbers>(work.Page(item, page), target);
            }
        }
    }

    private int PartsOf(int item) => Operands.Blocks(work.Locate(item).Pages, PagesPerPart);
}
