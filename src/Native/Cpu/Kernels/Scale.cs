using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary><c>x · factor</c>. Items are blocks of <see cref="Block"/> elements.</summary>
internal readonly unsafe struct Scale(float* x, float* y, long length, float factor) : IKernel
{
    public const int Block = 16384;

    public void Scalar(int first, int end, int worker)
    {
        var last = Math.Min((long)end * Block, length);
        for (var i = (long)first * Block; i < last; i++)
        {
            y[i] = x[i] * factor;
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var last = Math.Min((long)end * Block, length);
        var i = (long)first * Block;
        for (; i <= last - TSimd.Lanes; i += TSimd.Lanes)
        {
            TSimd.Store(TSimd.Multiply(TSimd.Load(x + i), TSimd.All(factor)), y + i);
        }
        for (; i < last; i++)
        {
            y[i] = x[i] * factor;
        }
    }
}
