using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// <c>(x − mean) · rsqrt(variance + eps) · weight</c> with a mean and a variance for each step. Items are steps of <paramref name="width"/>
/// numbers, channels innermost.
/// </summary>
internal readonly unsafe struct CumulativeNorm(
    float* x, float* weight, double* means, double* variances, float* y, int width, int channels, float eps) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        for (var step = first; step < end; step++)
        {
            var start = (long)step * width;
            var factor = 1 / Math.Sqrt(variances[step] + eps);
            for (var i = 0; i < width; i++)
            {
                y[start + i] = (float)((x[start + i] - means[step]) * factor * weight[i % channels]);
            }
        }
    }

    [MethodImpl(Hot.Loop)]
    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        for (var step = first; step < end; step++)
        {
            var mean = TSimd.All((float)means[step]);
            var factor = TSimd.All((float)(1 / Math.Sqrt(variances[step] + eps)));
            for (var row = 0; row < width; row += channels)
            {
                var source = x + (long)step * width + row;
                var target = y + (long)step * width + row;
                for (var i = 0; i < channels; i += TSimd.Lanes)
                {
                    var distance = TSimd.Subtract(VectorMath<TSimd, TFloats>.LoadUpTo(source + i, channels - i), mean);
                    var by = TSimd.Multiply(VectorMath<TSimd, TFloats>.LoadUpTo(weight + i, channels - i), factor);
                    VectorMath<TSimd, TFloats>.StoreUpTo(TSimd.Multiply(distance, by), target + i, channels - i);
                }
            }
        }
    }
}
