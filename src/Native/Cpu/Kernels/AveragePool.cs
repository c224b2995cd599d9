using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>Average over squares: <c>[side · kernel, side · kernel, C] → [side, side, C]</c>. Items are rows of squares.</summary>
internal readonly unsafe struct AveragePool(float* x, float* y, int side, int channels, int kernel) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        for (var row = first; row < end; row++)
        {
            for (var column = 0; column < side; column++)
            {
                var target = y + ((long)row * side + column) * channels;
                for (var channel = 0; channel < channels; channel++)
                {
                    target[channel] = Mean(row, column, channel);
                }
            }
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var factor = TSimd.All(1f / (kernel * kernel));
        for (var row = first; row < end; row++)
        {
            for (var column = 0; column < side; column++)
            {
                var target = y + ((long)row * side + column) * channels;
                for (var channel = 0; channel < channels; channel += TSimd.Lanes)
                {
                    var sum = SumOfSquare<TSimd, TFloats>(row, column, channel);
                    VectorMath<TSimd, TFloats>.StoreUpTo(TSimd.Multiply(sum, factor), target + channel, channels - channel);
                }
            }
        }
    }

    private TFloats SumOfSquare<TSimd, TFloats>(int row, int column, int channel)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var sum = TSimd.Zero;
        for (var i = 0; i < kernel; i++)
        {
            for (var j = 0; j < kernel; j++)
            {
                var pixel = (long)(row * kernel + i) * side * kernel + column * kernel + j;
                sum = TSimd.Add(sum, VectorMath<TSimd, TFloats>.LoadUpTo(x + pixel * channels + channel, channels - channel));
            }
        }
        return sum;
    }

    private float Mean(int row, int column, int channel)
    {
        var sum = 0.0;
        for (var i = 0; i < kernel; i++)
        {
            for (var j = 0; j < kernel; j++)
            {
                var pixel = (long)(row * kernel + i) * side * kernel + column * kernel + j;
                sum += x[pixel * channels + channel];
            }
        }
        return (float)(sum / (kernel * kernel));
    }
}
