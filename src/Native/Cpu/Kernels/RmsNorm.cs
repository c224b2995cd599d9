using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary><c>x · rsqrt(mean(x²) + eps) · (weight + offset)</c>. Items are rows.</summary>
internal readonly unsafe struct RmsNorm(float* x, float* weight, float* y, int width, float eps, float offset) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        for (var row = first; row < end; row++)
        {
            var source = x + (long)row * width;
            var target = y + (long)row * width;
            var squares = 0.0;
            for (var i = 0; i < width; i++)
            {
                squares += (double)source[i] * source[i];
            }
            var factor = 1 / Math.Sqrt(squares / width + eps);
            for (var i = 0; i < width; i++)
            {
                target[i] = (float)(source[i] * factor * (weight[i] + offset));
            }
        }
    }

    [MethodImpl(Hot.Loop)]
    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        for (var row = first; row < end; row++)
        {
            var source = x + (long)row * width;
            var target = y + (long)row * width;
            var factor = TSimd.All(1 / MathF.Sqrt(RowStatistics<TSimd, TFloats>.MeanSquare(source, width) + eps));
            var shift = TSimd.All(offset);
            for (var i = 0; i < width; i += TSimd.Lanes)
            {
                var value = TSimd.Multiply(VectorMath<TSimd, TFloats>.LoadUpTo(source + i, width - i), factor);
                var by = TSimd.Add(VectorMath<TSimd, TFloats>.LoadUpTo(weight + i, width - i), shift);
                VectorMath<TSimd, TFloats>.StoreUpTo(TSimd.Multiply(value, by), target + i, width - i);
            }
        }
    }
}
