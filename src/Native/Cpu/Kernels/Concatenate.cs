using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>Rows of <paramref name="a"/> and <paramref name="b"/> side by side. Items are rows.</summary>
internal readonly unsafe struct Concatenate(float* a, float* b, float* y, int widthOfA, int widthOfB) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        for (var row = first; row < end; row++)
        {
            var target = y + (long)row * (widthOfA + widthOfB);
            new ReadOnlySpan<float>(a + (long)row * widthOfA, widthOfA).CopyTo(new Span<float>(target, widthOfA));
            new ReadOnlySpan<float>(b + (long)row * widthOfB, widthOfB).CopyTo(new Span<float>(target + widthOfA, widthOfB));
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct => Scalar(first, end, worker);
}
