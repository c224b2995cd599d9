using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary><c>(x − mean) · rsqrt(var + eps) · weight + bias</c>. Items are rows.</summary>
internal readonly unsafe struct LayerNorm(float* x, float* weight, float* bias, float* y, int width, float eps) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        for (var row = first; row < end; row++)
        {
            var source = x + (long)row * width;
            var target = y + (long)row * width;
            var sum = 0.0;
            for (var i = 0; i < width; i++)
            {
                sum += source[i];
            }
            var mean = sum / width;
            var squares = 0.0;
            for (var i = 0; i < width; i++)
            {
                squares += (source[i] - mean) * (source[i] - mean);
            }
            var factor = 1 / Math.Sqrt(squares / width + eps);
            for (var i = 0; i < width; i++)
            {
                target[i] = (float)((source[i] - mean) * factor * weight[i] + bias[i]);
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
            var mean = RowStatistics<TSimd, TFloats>.Mean(source, width);
            var factor = TSimd.All(1 / MathF.Sqrt(RowStatistics<TSimd, TFloats>.Variance(source, width, mean) + eps));
            for (var i = 0; i < width; i += TSimd.Lanes)
            {
                var value = TSimd.Subtract(VectorMath<TSimd, TFloats>.LoadUpTo(source + i, width - i), TSimd.All(mean));
                var by = VectorMath<TSimd, TFloats>.LoadUpTo(weight + i, width - i);
                var plus = VectorMath<TSimd, TFloats>.LoadUpTo(bias + i, width - i);
                var result = TSimd.MultiplyAdd(TSimd.Multiply(value, factor), by, plus);
                VectorMath<TSimd, TFloats>.StoreUpTo(result, target + i, width - i);
            }
        }
    }
}
