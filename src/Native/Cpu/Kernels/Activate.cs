using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary><c>activation(x)</c>, times <paramref name="up"/> unless null. Items are blocks of <see cref="Block"/> elements.</summary>
internal readonly unsafe struct Activate(float* x, float* up, float* y, long length, Activation activation) : IKernel
{
    public const int Block = 2048;

    public void Scalar(int first, int end, int worker)
    {
        var last = Math.Min((long)end * Block, length);
        for (var i = (long)first * Block; i < last; i++)
        {
            var value = Value(x[i]);
            y[i] = (float)(up is null ? value : value * up[i]);
        }
    }

    [MethodImpl(Hot.Loop)]
    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var last = Math.Min((long)end * Block, length);
        for (var i = (long)first * Block; i < last; i += TSimd.Lanes)
        {
            var value = VectorMath<TSimd, TFloats>.Activate(VectorMath<TSimd, TFloats>.LoadUpTo(x + i, last - i), activation);
            if (up is not null)
            {
                value = TSimd.Multiply(value, VectorMath<TSimd, TFloats>.LoadUpTo(up + i, last - i));
            }
            VectorMath<TSimd, TFloats>.StoreUpTo(value, y + i, last - i);
        }
    }

    private double Value(double value) => activation switch
    {
        // ½(1 + tanh u) is 1 / (1 + e^(−2u)), which keeps its digits where tanh u comes near −1.
        Activation.GeluTanh => value / (1 + Math.Exp(-2 * Math.Sqrt(2 / Math.PI) * (value + 0.044715 * value * value * value))),
        Activation.Gelu => value * NormalDistribution.Cumulative(value),
        Activation.Silu => value / (1 + Math.Exp(-value)),
        Activation.Tanh => Math.Tanh(value),
        Activation.Relu => Math.Max(value, 0),
        Activation.Sigmoid => 1 / (1 + Math.Exp(-value)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
