using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// Each of <paramref name="mixed"/> planes is a sum of all <paramref name="planes"/>, by the factors of the row. Items are rows.
/// </summary>
internal readonly unsafe struct MixPlanes(float* x, float* factors, float* y, int planes, int mixed, int rows, int width) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        for (var row = first; row < end; row++)
        {
            for (var target = 0; target < mixed; target++)
            {
                var by = FactorsOf(row, target);
                for (var i = 0; i < width; i++)
                {
                    var sum = 0.0;
                    for (var plane = 0; plane < planes; plane++)
                    {
                        sum += (double)by[plane] * x[At(plane, row) + i];
                    }
                    y[At(target, row) + i] = (float)sum;
                }
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
            for (var target = 0; target < mixed; target++)
            {
                var by = FactorsOf(row, target);
                for (var i = 0; i < width; i += TSimd.Lanes)
                {
                    var sum = TSimd.Zero;
                    for (var plane = 0; plane < planes; plane++)
                    {
                        var value = VectorMath<TSimd, TFloats>.LoadUpTo(x + At(plane, row) + i, width - i);
                        sum = TSimd.MultiplyAdd(TSimd.All(by[plane]), value, sum);
                    }
                    VectorMath<TSimd, TFloats>.StoreUpTo(sum, y + At(target, row) + i, width - i);
                }
            }
        }
    }

    private float* FactorsOf(int row, int target) => factors + ((long)row * mixed + target) * planes;

    private long At(int plane, int row) => ((long)plane * rows + row) * width;
}
