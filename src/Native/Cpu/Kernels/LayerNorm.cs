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
            var sum = TSimd.Zero;
            for (var i = 0; i < width; i += TSimd.Lanes)
            {
                sum = TSimd.Add(sum, VectorMath<TSimd, TFloats>.LoadUpTo(source + i, width - i));
            }
            var mean = TSimd.Sum(sum) / width;
            var factor = TSimd.All(1 / MathF.Sqrt(SquaredDistance<TSimd, TFloats>(source, mean) / width + eps));
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

    private float SquaredDistance<TSimd, TFloats>(float* source, float mean)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var squares = TSimd.Zero;
        var whole = width / TSimd.Lanes * TSimd.Lanes;
        for (var i = 0; i < whole; i += TSimd.Lanes)
        {
            var value = TSimd.Subtract(TSimd.Load(source + i), TSimd.All(mean));
            squares = TSimd.MultiplyAdd(value, value, squares);
        }
        var sum = TSimd.Sum(squares);
        for (var i = whole; i < width; i++)
        {
            sum += (source[i] - mean) * (source[i] - mean);
        }
        return sum;
    }
}
