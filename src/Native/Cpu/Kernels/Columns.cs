using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>Copies a stretch out of each row of <paramref name="width"/>. Items are rows.</summary>
internal readonly unsafe struct Columns(float* x, float* y, int width, int start, int count) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        for (var row = (long)first; row < end; row++)
        {
            new ReadOnlySpan<float>(x + row * width + start, count).CopyTo(new Span<float>(y + row * count, count));
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct => Scalar(first, end, worker);
}
