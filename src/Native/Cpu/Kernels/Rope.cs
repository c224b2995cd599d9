using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>Rotates the two halves of each head by the row's angles. Items are rows <c>[H, D]</c>.</summary>
internal readonly unsafe struct Rope(float* x, float* table, float* y, int heads, int headDim) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        var half = headDim / 2;
        for (var row = first; row < end; row++)
        {
            var cosines = table + (long)row * headDim;
            var sines = cosines + half;
            for (var head = 0; head < heads; head++)
            {
                var offset = ((long)row * heads + head) * headDim;
                var source = x + offset;
                var target = y + offset;
                for (var i = 0; i < half; i++)
                {
                    target[i] = source[i] * cosines[i] - source[half + i] * sines[i];
                    target[half + i] = source[half + i] * cosines[i] + source[i] * sines[i];
                }
            }
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var half = headDim / 2;
        for (var row = first; row < end; row++)
        {
            var cosines = table + (long)row * headDim;
            for (var head = 0; head < heads; head++)
            {
                var offset = ((long)row * heads + head) * headDim;
                for (var i = 0; i < half; i += TSimd.Lanes)
                {
                    Rotate<TSimd, TFloats>(x + offset + i, y + offset + i, cosines + i, half - i);
                }
            }
        }
    }

    private void Rotate<TSimd, TFloats>(float* source, float* target, float* cosines, int left)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var half = headDim / 2;
        var cosine = VectorMath<TSimd, TFloats>.LoadUpTo(cosines, left);
        var sine = VectorMath<TSimd, TFloats>.LoadUpTo(cosines + half, left);
        var low = VectorMath<TSimd, TFloats>.LoadUpTo(source, left);
        var high = VectorMath<TSimd, TFloats>.LoadUpTo(source + half, left);
        var newLow = TSimd.Subtract(TSimd.Multiply(low, cosine), TSimd.Multiply(high, sine));
        var newHigh = TSimd.Add(TSimd.Multiply(high, cosine), TSimd.Multiply(low, sine));
        VectorMath<TSimd, TFloats>.StoreUpTo(newLow, target, left);
        VectorMath<TSimd, TFloats>.StoreUpTo(newHigh, target + half, left);
    }
}
