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
                Channels(row, column, 0);
            }
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        for (var row = first; row < end; row++)
        {
            for (var column = 0; column < map.OutWidth; column++)
            {
                Channels(row, column, Vectors<TSimd, TFloats>(row, column));
            }
        }
    }

    /// <summary>
    /// The channels that fill vectors; returns their number. Neighbouring channels come one behind the other: maps are often of a width at
    /// which the pixels of a window push each other out of the first-level cache. Nothing here is a call, so that sums stay in registers.
    /// </summary>
    [MethodImpl(Hot.Loop)]
    private int Vectors<TSimd, TFloats>(int row, int column)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var (top, left) = (row * map.Stride - map.Top, column * map.Stride - map.Left);
        var (firstRow, endRow) = ConvolutionMap.OnMap(top, map.KernelHeight, map.Height);
        var (firstColumn, endColumn) = ConvolutionMap.OnMap(left, map.KernelWidth, map.Width);
        long channels = map.Channels;
        var line = map.Width * channels;
        var tapLine = map.KernelWidth * channels;
        var source = x + ((top + firstRow) * (long)map.Width + left + firstColumn) * channels;
        var weights = taps + ((long)firstRow * map.KernelWidth + firstColumn) * channels;
        var target = y + ((long)row * map.OutWidth + column) * channels;
        var channel = 0;
        for (; channel <= channels - TSimd.Lanes; channel += TSimd.Lanes)
        {
            var sum = TSimd.Zero;
            for (var i = 0; i < endRow - firstRow; i++)
            {
                var value = source + i * line + channel;
                var weight = weights + i * tapLine + channel;
                for (var j = firstColumn; j < endColumn; j++, value += channels, weight += channels)
                {
                    sum = TSimd.MultiplyAdd(TSimd.Load(value), TSimd.Load(weight), sum);
                }
            }
            TSimd.Store(sum, target + channel);
        }
        return channel;
    }

    /// <summary>The channels from <paramref name="first"/> on, one by one.</summary>
    private void Channels(int row, int column, int first)
    {
        for (var channel = first; channel < map.Channels; channel++)
        {
            y[((long)row * map.OutWidth + column) * map.Channels + channel] = Sum(row, column, channel);
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
