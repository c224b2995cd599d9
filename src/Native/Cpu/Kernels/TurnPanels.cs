using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// A plain weight <c>[N, K]</c> as panels <c>[N / 32, K, 32]</c> of floats, once for many products with it. Items are panels; columns
/// beyond the weight's last repeat that one.
/// </summary>
internal readonly unsafe struct TurnPanels(WeightMatrix weight, float* panels) : IKernel
{
    public static long Length(in WeightMatrix weight) => (long)Operands.Blocks(weight.N, Panel.Columns) * Panel.Columns * weight.K;

    public void Scalar(int first, int end, int worker)
    {
        for (var column = first * Panel.Columns; column < end * Panel.Columns; column++)
        {
            var row = weight.Row(Math.Min(column, weight.N - 1));
            var target = PanelOf(column) + column % Panel.Columns;
            for (var k = 0; k < weight.K; k++, target += Panel.Columns)
            {
                *target = Widen.ToFloat(row, weight.Parameters, k);
            }
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        for (var column = first * Panel.Columns; column < end * Panel.Columns; column += WeightTile.Columns)
        {
            // Plain numbers are turned without a buffer.
            new WeightTile(weight, Math.Min(column, weight.N - 1)).Turn(PanelOf(column) + column % Panel.Columns, Panel.Columns, buffer: null);
        }
    }

    private float* PanelOf(int column) => panels + (long)(column / Panel.Columns) * Panel.Columns * weight.K;
}
