using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>Rows of a table as floats. Items are the rows asked for.</summary>
internal readonly unsafe struct Embed(WeightMatrix table, int* ids, float* y) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        for (var i = first; i < end; i++)
        {
            table.Dequantize(ids[i], y + (long)i * table.K);
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        for (var i = first; i < end; i++)
        {
            Dequantizer<TSimd, TFloats>.Row(table, ids[i], y + (long)i * table.K);
        }
    }
}
