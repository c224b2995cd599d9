using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>Float16 or BFloat16 to Float32. Items are blocks of <see cref="Block"/> elements.</summary>
internal readonly unsafe struct Widen(byte* source, DType dtype, float* target, long length) : IKernel
{
    public const int Block = 16384;

    public void Scalar(int first, int end, int worker)
    {
        var last = Math.Min((long)end * Block, length);
        for (var i = (long)first * Block; i < last; i++)
        {
            target[i] = ToFloat(source, dtype, i);
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
            TSimd.Store(Load<TSimd, TFloats>(source, dtype, i), target + i);
        }
        for (; i < last; i++)
        {
            target[i] = ToFloat(source, dtype, i);
        }
    }

    public static TFloats Load<TSimd, TFloats>(byte* source, DType dtype, long index)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct => dtype switch
        {
            DType.BFloat16 => TSimd.LoadBFloat16((ushort*)source + index),
            DType.Float16 => TSimd.LoadFloat16((ushort*)source + index),
            _ => TSimd.Load((float*)source + index),
        };

    public static float ToFloat(byte* source, DType dtype, long index) => dtype switch
    {
        DType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)((ushort*)source)[index] << 16),
        DType.Float16 => (float)((Half*)source)[index],
        _ => ((float*)source)[index],
    };
}
