using MlxActors.Native.Cpu.Caches;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// Writes keys and values <c>[R, Hkv, D]</c> into the pages of their sequences, rounded to the pages' type. Items are rows of the step. All
/// instruction sets give the same bits.
/// </summary>
internal readonly unsafe struct AppendPages(SequenceView* sequences, int count, PageLayout layout, float* keys, float* values) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        switch (layout.Type)
        {
            case KvCacheType.Float32:
                Write<Float32Numbers>(first, end);
                break;
            case KvCacheType.BFloat16:
                Write<BFloat16Numbers>(first, end);
                break;
            case KvCacheType.Int8:
                Write<Int8Numbers>(first, end);
                break;
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct => Scalar(first, end, worker);

    private void Write<TNumbers>(int first, int end)
        where TNumbers : struct, IPageNumbers
    {
        var sequence = 0;
        for (var row = first; row < end; row++)
        {
            while (sequence < count - 1 && row >= sequences[sequence].FirstRow + sequences[sequence].Rows)
            {
                sequence++;
            }
            var position = sequences[sequence].Offset + row - sequences[sequence].FirstRow;
            WriteRow<TNumbers>(row, sequences[sequence].Page(position / PageLayout.Tokens), position % PageLayout.Tokens);
        }
    }

    private void WriteRow<TNumbers>(int row, byte* page, int slot)
        where TNumbers : struct, IPageNumbers
    {
        for (var head = 0; head < layout.KvHeads; head++)
        {
            var (source, target) = (((long)row * layout.KvHeads + head) * layout.HeadDim, layout.Head(page, head));
            for (var d = 0; d < layout.HeadDim; d += PageLayout.Group)
            {
                var length = Math.Min(PageLayout.Group, layout.HeadDim - d);
                var scale = PageLayout.ScaleIndex(slot, d);
                var key = target.Keys + PageLayout.KeyIndex(slot, d) * TNumbers.Bytes;
                WriteGroup<TNumbers>(keys + source + d, length, key, PageLayout.Tokens, target.KeyScales + scale);
                var value = target.Values + PageLayout.ValueIndex(slot, d) * TNumbers.Bytes;
                WriteGroup<TNumbers>(values + source + d, length, value, 1, target.ValueScales + scale);
            }
        }
    }

    /// <param name="stride">Numbers from one to the next.</param>
    private static void WriteGroup<TNumbers>(float* source, int length, byte* target, int stride, ushort* scale)
        where TNumbers : struct, IPageNumbers
    {
        var inverse = 0f;
        if (TNumbers.HaveScales)
        {
            var largest = 0f;
            for (var i = 0; i < length; i++)
            {
                largest = MathF.Max(largest, MathF.Abs(source[i]));
            }
            var rounded = TNumbers.ScaleFor(largest);
            *scale = BFloat16.FromFloat32(rounded);
            inverse = rounded > 0 ? 1 / rounded : 0;
        }
        for (var i = 0; i < length; i++)
        {
            TNumbers.Write(source[i], inverse, target + i * stride * TNumbers.Bytes);
        }
    }
}
