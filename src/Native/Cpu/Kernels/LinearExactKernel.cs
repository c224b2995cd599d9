using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// <c>x · wᵀ + bias</c> in floats. Items are tiles of <see cref="Columns"/> rows of the weight, which are dequantized once for all rows of x.
/// </summary>
internal readonly unsafe struct LinearExactKernel(float* x, int rows, WeightMatrix weight, float* bias, float* y, float* scratch) : IKernel
{
    public const int Columns = Panel.Columns;

    /// <summary>Floats of scratch a thread needs for a weight of K features: a panel, and room to unpack a group.</summary>
    public static long ScratchLength(int k) => (long)Columns * k + WeightTile.TurnBuffer(k) / sizeof(float);

    public void Scalar(int first, int end, int worker)
    {
        var w = scratch + worker * ScratchLength(weight.K);
        for (var n = first * Columns; n < Math.Min(end * Columns, weight.N); n++)
        {
            weight.Dequantize(n, w);
            for (var row = 0; row < rows; row++)
            {
                var source = x + (long)row * weight.K;
                var sum = 0.0;
                for (var k = 0; k < weight.K; k++)
                {
                    sum += (double)source[k] * w[k];
                }
                y[(long)row * weight.N + n] = (float)(bias is null ? sum : sum + bias[n]);
            }
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var panel = scratch + worker * ScratchLength(weight.K);
        var buffer = (byte*)(panel + (long)weight.K * Columns);
        var product = new PanelProduct<TSimd, TFloats>(x, rows, panel, weight.K, bias, y, weight.N);
        for (var n = first * Columns; n < Math.Min(end * Columns, weight.N); n += Columns)
        {
            for (var column = 0; column < Columns; column += WeightTile.Columns)
            {
                new WeightTile(weight, Math.Min(n + column, weight.N - 1)).Turn(panel + column, Columns, buffer);
            }
            product.Write(n);
        }
    }
}
