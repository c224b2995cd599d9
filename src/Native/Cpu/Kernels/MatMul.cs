using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary><c>x [R, K] · w [K, N]</c>. Items are blocks of <see cref="Columns"/> columns.</summary>
internal readonly unsafe struct MatMul(float* x, float* w, float* y, int rows, int k, int n, float* scratch) : IKernel
{
    public const int Columns = Panel.Columns;

    /// <summary>Floats of scratch a thread needs: a panel of w.</summary>
    public static long ScratchLength(int k) => (long)Columns * k;

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
        var panel = scratch + worker * ScratchLength(k);
        var product = new PanelProduct<TSimd, TFloats>(x, rows, panel, k, bias: null, y, n);
        for (var column = first * Columns; column < Math.Min(end * Columns, n); column += Columns)
        {
            var columns = Math.Min(Columns, n - column);
            for (var i = 0; i < k; i++)
            {
                var source = new ReadOnlySpan<float>(w + (long)i * n + column, columns);
                source.CopyTo(new Span<float>(panel + (long)i * Columns, Columns));
            }
            product.Write(column);
        }
    }
}
