using MlxActors.Native.Cpu.Caches;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// Softmax attention over pages. A row goes through its keys page after page from the first that it sees, whatever step they came in. An
/// item of this kernel is a slice of the columns of one of the work's: all of them, unless that would leave threads idle.
/// </summary>
/// <param name="scores">Of <see cref="AttentionScores"/>, or null: then each item scores its own.</param>
internal readonly unsafe struct AttentionKernel(AttentionWork work, int slices, float* scores, float* scratch) : IKernel
{
    public int Items => work.Items * slices;

    public void Scalar(int first, int end, int worker)
    {
        switch (work.Layout.Type)
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
        switch (work.Layout.Type)
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
        for (var i = first; i < end; i++)
        {
            var item = work.Locate(i / slices);
            for (var query = 0; query < item.Rows * work.Group; query++)
            {
                AttendOne<TNumbers>(item, query, ColumnsOf(i % slices).First, Math.Min(ColumnsOf(i % slices).End, work.Layout.HeadDim));
            }
        }
    }

    private void Attend<TSimd, TFloats, TNumbers>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
        where TNumbers : struct, IPageNumbers
    {
        for (var i = first; i < end; i++)
        {
            var item = work.Locate(i / slices);
            var (firstColumn, endColumn) = ColumnsOf(i % slices);
            var block = new AttentionBlock<TSimd, TFloats>(work, item, work.ScratchOf(scratch, worker), firstColumn, endColumn);
            var scored = scores is null ? null : scores + AttentionScores.OffsetOf(work, i / slices);
            for (var page = item.FirstPage; page < item.EndPage; page++)
            {
                var start = page * PageLayout.Tokens;
                if (scored is null)
                {
                    block.See<TNumbers>(start, work.Page(item, page));
                }
                else
                {
                    block.SeeScored<TNumbers>(start, work.Page(item, page), scored);
                    scored += AttentionScores.PageFloats(work, item);
                }
            }
            block.End();
        }
    }

    /// <summary>The columns of the head dimension that a slice holds, in whole groups.</summary>
    private (int First, int End) ColumnsOf(int slice)
    {
        var blocks = Operands.Blocks(work.Layout.Groups, slices);
        var end = Math.Min((slice + 1) * blocks, work.Layout.Groups);
        return (Math.Min(slice * blocks, end) * PageLayout.Group, end * PageLayout.Group);
    }

    private void AttendOne<TNumbers>(AttentionItem item, int query, int firstColumn, int endColumn)
        where TNumbers : struct, IPageNumbers
    {
        var row = item.FirstRow + query / work.Group;
        var (first, end) = (work.FirstVisible(item.Sequence, row), work.EndVisible(item.Sequence, row));
        var vector = work.Query(item, query);
        var largest = double.NegativeInfinity;
        for (var position = first; position < end; position++)
        {
            largest = Math.Max(largest, Score<TNumbers>(item, position, vector));
        }
        var sums = stackalloc double[work.Layout.HeadDim];
        new Span<double>(sums, work.Layout.HeadDim).Clear();
        var weights = 0.0;
        for (var position = first; position < end; position++)
        {
            var weight = Math.Exp(Score<TNumbers>(item, position, vector) - largest);
            var (page, slot) = (work.Page(item, position / PageLayout.Tokens), position % PageLayout.Tokens);
            for (var d = firstColumn; d < endColumn; d++)
            {
                sums[d] += weight * Read<TNumbers>(page.Values, PageLayout.ValueIndex(slot, d), page.ValueScales, slot, d);
            }
            weights += weight;
        }
        for (var d = firstColumn; d < endColumn; d++)
        {
            work.Result(item, query)[d] = (float)(sums[d] / weights);
        }
    }

    private double Score<TNumbers>(AttentionItem item, int position, float* query)
        where TNumbers : struct, IPageNumbers
    {
        var (page, slot) = (work.Page(item, position / PageLayout.Tokens), position % PageLayout.Tokens);
        var dot = 0.0;
        for (var d = 0; d < work.Layout.HeadDim; d++)
        {
            dot += (double)query[d] * Read<TNumbers>(page.Keys, PageLayout.KeyIndex(slot, d), page.KeyScales, slot, d);
        }
        return dot * work.Scale;
    }

    private static float Read<TNumbers>(byte* numbers, int index, ushort* scales, int slot, int d)
        where TNumbers : struct, IPageNumbers => TNumbers.Read(
            numbers + index * TNumbers.Bytes,
            TNumbers.HaveScales ? BFloat16.ToFloat32(scales[PageLayout.ScaleIndex(slot, d)]) : 0);
}
