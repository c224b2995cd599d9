using MlxActors.Native.Cpu.Caches;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>Writes keys and values <c>[R, Hkv, D]</c> into the pages of their sequences. Items are rows of the step.</summary>
internal readonly unsafe struct AppendPages(SequenceView* sequences, int count, PageLayout layout, float* keys, float* values) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        var sequence = 0;
        for (var row = first; row < end; row++)
        {
            while (sequence < count - 1 && row >= sequences[sequence].FirstRow + sequences[sequence].Rows)
            {
                sequence++;
            }
            var position = sequences[sequence].Offset + row - sequences[sequence].FirstRow;
            Write(row, sequences[sequence].Page(position / PageLayout.Tokens), position % PageLayout.Tokens);
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct => Scalar(first, end, worker);

    private void Write(int row, float* page, int slot)
    {
        for (var head = 0; head < layout.KvHeads; head++)
        {
            var source = ((long)row * layout.KvHeads + head) * layout.HeadDim;
            var key = page + layout.Keys(head) + slot;
            for (var d = 0; d < layout.HeadDim; d++)
            {
                key[d * PageLayout.Tokens] = keys[source + d];
            }
            var value = page + layout.Values(head) + slot * layout.ValueStride;
            new ReadOnlySpan<float>(values + source, layout.HeadDim).CopyTo(new Span<float>(value, layout.HeadDim));
        }
    }
}
