using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// A weight <c>[N, K]</c>, from the row <paramref name="firstColumn"/> on, as panels <c>[…, K, 32]</c> of floats, once for many products
/// with it. Items are panels; columns beyond the weight's last repeat that one.
/// </summary>
internal readonly unsafe struct TurnPanels(WeightMatrix weight, int firstColumn, float* panels, byte* scratch) : IKernel
{
    /// <summary>Bytes of scratch a thread needs.</summary>
    public static long ScratchLength(int k) => Math.Max(WeightTile.TurnBuffer(k), (long)k * sizeof(float));

    /// <summary>Floats of the panels of so many columns.</summary>
    public static long Length(int columns, int k) => (long)Operands.Blocks(columns, Panel.Columns) * Panel.Columns * k;

    public void Scalar(int first, int end, int worker)
    {
        var row = (float*)(scratch + worker * ScratchLength(weight.K));
        for (var column = first * Panel.Columns; column < end * Panel.Columns; column++)
        {
            weight.Dequantize(Math.Min(firstColumn + column, weight.N - 1), row);
            var target = PanelOf(column);
            for (var k = 0; k < weight.K; k++, target += Panel.Columns)
            {
                *target = row[k];
            }
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var buffer = scratch + worker * ScratchLength(weight.K);
        for (var column = first * Panel.Columns; column < end * Panel.Columns; column += WeightTile.Columns)
        {
            new WeightTile(weight, Math.Min(firstColumn + column, weight.N - 1)).Turn(PanelOf(column), Panel.Columns, buffer);
        }
    }

    /// <summary>Where a column begins.</summary>
    private float* PanelOf(int column) => panels + (long)(column / Panel.Columns) * Panel.Columns * weight.K + column % Panel.Columns;
}
