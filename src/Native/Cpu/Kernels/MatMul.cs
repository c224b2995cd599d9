using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary><c>x [R, K] · w [K, N]</c>. Items are blocks of <see cref="Columns"/> columns.</summary>
internal readonly unsafe struct MatMul(float* x, float* w, float* y, int rows, int k, int n) : IKernel
{
    public const int Columns = 64;

    public void Scalar(int first, int end, int worker)
    {
        var last = Math.Min(end * Columns, n);
        for (var row = 0; row < rows; row++)
        {
            for (var column = first * Columns; column < last; column++)
            {
                var sum = 0.0;
                for (var i = 0; i < k; i++)
                {
                    sum += (double)x[(long)row * k + i] * w[(long)i * n + column];
                }
                y[(long)row * n + column] = (float)sum;
            }
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var last = Math.Min(end * Columns, n);
        for (var row = 0; row < rows; row++)
        {
            for (var column = first * Columns; column < last; column += TSimd.Lanes)
            {
                var left = last - column;
                var sum = TSimd.Zero;
                for (var i = 0; i < k; i++)
                {
                    var value = VectorMath<TSimd, TFloats>.LoadUpTo(w + (long)i * n + column, left);
                    sum = TSimd.MultiplyAdd(TSimd.All(x[(long)row * k + i]), value, sum);
                }
                VectorMath<TSimd, TFloats>.StoreUpTo(sum, y + (long)row * n + column, left);
            }
        }
    }
}
