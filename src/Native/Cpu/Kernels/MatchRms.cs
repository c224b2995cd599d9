using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary><c>x · rms(like) / sqrt(max(mean(x²), floor))</c>. Items are rows.</summary>
internal readonly unsafe struct MatchRms(float* x, float* like, float* y, int width, float floor) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        for (var row = (long)first; row < end; row++)
        {
            var (own, other) = (0.0, 0.0);
            for (var i = row * width; i < (row + 1) * width; i++)
            {
                own += (double)x[i] * x[i];
                other += (double)like[i] * like[i];
            }
            var factor = Math.Sqrt(other / width) / Math.Sqrt(Math.Max(own / width, floor));
            for (var i = row * width; i < (row + 1) * width; i++)
            {
                y[i] = (float)(x[i] * factor);
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
            var own = MathF.Max(RowStatistics<TSimd, TFloats>.MeanSquare(x + row * width, width), floor);
            var other = RowStatistics<TSimd, TFloats>.MeanSquare(like + row * width, width);
            var factor = TSimd.All(MathF.Sqrt(other) / MathF.Sqrt(own));
            for (var i = 0; i < width; i += TSimd.Lanes)
            {
                var value = VectorMath<TSimd, TFloats>.LoadUpTo(x + row * width + i, width - i);
                VectorMath<TSimd, TFloats>.StoreUpTo(TSimd.Multiply(value, factor), y + row * width + i, width - i);
            }
        }
    }
}
