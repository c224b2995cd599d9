using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Simd;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>What normalizations need to know of a row.</summary>
internal static unsafe class RowStatistics<TSimd, TFloats>
    where TSimd : struct, ISimd<TFloats>
    where TFloats : struct
{
    [MethodImpl(Hot.Loop)]
    public static float Mean(float* row, int width)
    {
        var sum = TSimd.Zero;
        for (var i = 0; i < width; i += TSimd.Lanes)
        {
            sum = TSimd.Add(sum, VectorMath<TSimd, TFloats>.LoadUpTo(row + i, width - i));
        }
        return TSimd.Sum(sum) / width;
    }

    [MethodImpl(Hot.Loop)]
    public static float MeanSquare(float* row, int width)
    {
        var squares = TSimd.Zero;
        for (var i = 0; i < width; i += TSimd.Lanes)
        {
            var value = VectorMath<TSimd, TFloats>.LoadUpTo(row + i, width - i);
            squares = TSimd.MultiplyAdd(value, value, squares);
        }
        return TSimd.Sum(squares) / width;
    }

    /// <summary>Of the population, about a mean that is already known.</summary>
    [MethodImpl(Hot.Loop)]
    public static float Variance(float* row, int width, float mean)
    {
        var squares = TSimd.Zero;
        var whole = width / TSimd.Lanes * TSimd.Lanes;
        for (var i = 0; i < whole; i += TSimd.Lanes)
        {
            var value = TSimd.Subtract(TSimd.Load(row + i), TSimd.All(mean));
            squares = TSimd.MultiplyAdd(value, value, squares);
        }
        var sum = TSimd.Sum(squares);
        for (var i = whole; i < width; i++)
        {
            sum += (row[i] - mean) * (row[i] - mean);
        }
        return sum / width;
    }
}
