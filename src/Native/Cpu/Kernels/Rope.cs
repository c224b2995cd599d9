using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>Rotates the two halves of each head by the row's angles. Items are rows <c>[H, D]</c>.</summary>
internal readonly unsafe struct Rope(float* x, float* table, float* y, int heads, int headDim) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        var half = headDim / 2;
        for (var row = first; row < end; row++)
        {
            var cosines = table + (long)row * headDim;
            var sines = cosines + half;
            for (var head = 0; head < heads; head++)
            {
                var offset = ((long)row * heads + head) * headDim;
                var source = x + offset;
                var target = y + offset;
                for (var i = 0; i < half; i++)
                {
                    target[i] = source[i] * cosines[i] - source[half + i] * sines[i];
                    target[half + i] = source[half + i] * cosines[i] + source[i] * sines[i];
                }
            }
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct => Scalar(first, end, worker);
}
