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
        where TFloats : struct => Scalar(first, end, worker);

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
