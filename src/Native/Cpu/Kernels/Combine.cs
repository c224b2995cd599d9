using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// <c>a + b</c> or <c>a · b</c>, b repeated over the rows of a. Items are pieces of rows: <paramref name="columns"/> pieces of
/// <paramref name="block"/> elements a row of <paramref name="width"/>.
/// </summary>
internal readonly unsafe struct Combine(float* a, float* b, float* y, long width, int columns, int block, bool product) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        for (var item = first; item < end; item++)
        {
            var start = (long)(item % columns) * block;
            var row = item / columns * width;
            var last = Math.Min(start + block, width);
            for (var i = start; i < last; i++)
            {
                y[row + i] = product ? a[row + i] * b[i] : a[row + i] + b[i];
            }
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        for (var item = first; item < end; item++)
        {
            var start = (long)(item % columns) * block;
            var row = item / columns * width;
            var last = Math.Min(start + block, width);
            var i = start;
            for (; i <= last - TSimd.Lanes; i += TSimd.Lanes)
            {
                var (left, right) = (TSimd.Load(a + row + i), TSimd.Load(b + i));
                TSimd.Store(product ? TSimd.Multiply(left, right) : TSimd.Add(left, right), y + row + i);
            }
            for (; i < last; i++)
            {
                y[row + i] = product ? a[row + i] * b[i] : a[row + i] + b[i];
            }
        }
    }
}
