using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// <c>x [rows, K] · panels (+ bias)</c>, the columns <c>[first, first + columns)</c> of <c>y [rows, n]</c>. Items are blocks of
/// <paramref name="rowsOfBlock"/> rows, which stay in the second-level cache while all panels pass.
/// </summary>
internal readonly unsafe struct MultiplyPanels(
    float* x, int rows, int k, float* panels, int firstColumn, int columns, float* bias, float* y, int n, int rowsOfBlock) : IKernel
{
    // Half of the second-level cache of today's processors.
    private const int BlockFloats = 1 << 18;
    private const int FewestRows = 6;
    private const int MostRows = 192;
    private const int BlocksPerThread = 4;

    /// <summary>Whether x is too large to stay in the cache as a whole while panels are made and used one by one.</summary>
    public static bool Pays(int rows, int k) => (long)rows * k > 2 * BlockFloats;

    public static int RowsOfBlock(int rows, int k, int threads)
    {
        var most = Math.Min(BlockFloats / Math.Max(1, k), rows / (threads * BlocksPerThread));
        return Math.Clamp(most / FewestRows * FewestRows, FewestRows, MostRows);
    }

    public void Scalar(int first, int end, int worker)
    {
        for (var row = first * rowsOfBlock; row < Math.Min(end * rowsOfBlock, rows); row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var weights = panels + (long)(column / Panel.Columns) * Panel.Columns * k + column % Panel.Columns;
                var sum = 0.0;
                for (var i = 0; i < k; i++)
                {
                    sum += (double)x[(long)row * k + i] * weights[(long)i * Panel.Columns];
                }
                y[(long)row * n + firstColumn + column] = (float)(bias is null ? sum : sum + bias[firstColumn + column]);
            }
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        for (var row = first * rowsOfBlock; row < Math.Min(end * rowsOfBlock, rows); row += rowsOfBlock)
        {
            var count = Math.Min(rowsOfBlock, rows - row);
            for (var column = 0; column < columns; column += Panel.Columns)
            {
                new PanelProduct<TSimd, TFloats>(x + (long)row * k, count, panels + (long)column * k, k, bias, y + (long)row * n, n)
                    .Write(firstColumn + column);
            }
        }
    }
}
