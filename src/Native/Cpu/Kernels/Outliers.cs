using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary><c>max(x − mean − deviations · std, 0)</c>. Items are rows.</summary>
internal readonly unsafe struct Outliers(float* x, float* y, int width, float deviations) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        for (var row = (long)first; row < end; row++)
        {
            var sum = 0.0;
            for (var i = row * width; i < (row + 1) * width; i++)
            {
                sum += x[i];
            }
            var mean = sum / width;
            var squares = 0.0;
            for (var i = row * width; i < (row + 1) * width; i++)
            {
                squares += (x[i] - mean) * (x[i] - mean);
            }
            var cutoff = mean + deviations * Math.Sqrt(squares / width);
            for (var i = row * width; i < (row + 1) * width; i++)
            {
                y[i] = (float)Math.Max(x[i] - cutoff, 0);
            }
        }
    }

    [MethodImpl(Hot.Loop)]
    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        for (var row = (long)first; row < end; row++)
        {
            var source = x + row * width;
            var mean = RowStatistics<TSimd, TFloats>.Mean(source, width);
            var cutoff = TSimd.All(mean + deviations * MathF.Sqrt(RowStatistics<TSimd, TFloats>.Variance(source, width, mean)));
            for (var i = 0; i < width; i += TSimd.Lanes)
            {
                var above = TSimd.Subtract(VectorMath<TSimd, TFloats>.LoadUpTo(source + i, width - i), cutoff);
                VectorMath<TSimd, TFloats>.StoreUpTo(TSimd.Max(above, TSimd.Zero), y + row * width + i, width - i);
            }
        }
    }
}
