using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// A convolution of each channel by itself. <paramref name="taps"/> is the weight turned, <c>[kh, kw, C]</c>, so that channels are lanes.
/// Items are rows of the result.
/// </summary>
internal readonly unsafe struct ConvolveDepthwise(ConvolutionMap map, float* x, float* taps, float* y) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        for (var row = first; row < end; row++)
        {
            for (var column = 0; column < map.OutWidth; column++)
            {
                for (var channel = 0; channel < map.Channels; channel++)
                {
                    y[((long)row * map.OutWidth + column) * map.Channels + channel] = Sum(row, column, channel);
                }
            }
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        for (var row = first; row < end; row++)
        {
            for (var channel = 0; channel < map.Channels; channel += TSimd.Lanes)
            {
                Row<TSimd, TFloats>(row, channel);
            }
        }
    }

    /// <summary>The channels of one vector along a row: its taps stay in the first-level cache.</summary>
    [MethodImpl(Hot.Loop)]
    private void Row<TSimd, TFloats>(int row, int channel)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var left = map.Channels - channel;
        var top = row * map.Stride - map.Top;
        var (firstRow, endRow) = ConvolutionMap.OnMap(top, map.KernelHeight, map.Height);
        for (var column = 0; column < map.OutWidth; column++)
        {
            var start = column * map.Stride - map.Left;
            var (firstColumn, endColumn) = ConvolutionMap.OnMap(start, map.KernelWidth, map.Width);
            var sum = TSimd.Zero;
            for (var i = firstRow; i < endRow; i++)
            {
                var source = x + ((long)(top + i) * map.Width + start) * map.Channels + channel;
                var weights = taps + (long)i * map.KernelWidth * map.Channels + channel;
                for (var j = firstColumn; j < endColumn; j++)
                {
                    var value = VectorMath<TSimd, TFloats>.LoadUpTo(source + (long)j * map.Channels, left);
                    sum = TSimd.MultiplyAdd(value, VectorMath<TSimd, TFloats>.LoadUpTo(weights + (long)j * map.Channels, left), sum);
                }
            }
            VectorMath<TSimd, TFloats>.StoreUpTo(sum, y + ((long)row * map.OutWidth + column) * map.Channels + channel, left);
        }
    }

    private float Sum(int row, int column, int channel)
    {
        var (top, start) = (row * map.Stride - map.Top, column * map.Stride - map.Left);
        var (firstRow, endRow) = ConvolutionMap.OnMap(top, map.KernelHeight, map.Height);
        var (firstColumn, endColumn) = ConvolutionMap.OnMap(start, map.KernelWidth, map.Width);
        var sum = 0.0;
        for (var i = firstRow; i < endRow; i++)
        {
            for (var j = firstColumn; j < endColumn; j++)
            {
                var pixel = (long)(top + i) * map.Width + start + j;
                sum += (double)x[pixel * map.Channels + channel] * taps[((long)i * map.KernelWidth + j) * map.Channels + channel];
            }
        }
        return (float)sum;
    }
}
