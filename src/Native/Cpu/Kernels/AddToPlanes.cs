using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>Adds a row to the same row of each plane, times the plane's factor. Items are rows.</summary>
internal readonly unsafe struct AddToPlanes(float* x, float* added, float* factors, float* y, int planes, int rows, int width) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        for (var row = first; row < end; row++)
        {
            for (var plane = 0; plane < planes; plane++)
            {
                double by = factors[(long)row * planes + plane];
                for (var i = 0; i < width; i++)
                {
                    y[At(plane, row) + i] = (float)(x[At(plane, row) + i] + by * added[(long)row * width + i]);
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
            for (var plane = 0; plane < planes; plane++)
            {
                var by = TSimd.All(factors[(long)row * planes + plane]);
                for (var i = 0; i < width; i += TSimd.Lanes)
                {
                    var value = VectorMath<TSimd, TFloats>.LoadUpTo(x + At(plane, row) + i, width - i);
                    var addend = VectorMath<TSimd, TFloats>.LoadUpTo(added + (long)row * width + i, width - i);
                    VectorMath<TSimd, TFloats>.StoreUpTo(TSimd.MultiplyAdd(by, addend, value), y + At(plane, row) + i, width - i);
                }
            }
        }
    }

    private long At(int plane, int row) => ((long)plane * rows + row) * width;
}
