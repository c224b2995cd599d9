using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// A convolution as a matrix product: windows of the map laid out as rows, some at a time, times the panels of the weight. Items are
/// blocks of <see cref="RowsOf"/> windows.
/// </summary>
internal readonly unsafe struct Convolve(
    ConvolutionMap map, float* x, float* panels, float* bias, float* y, int n, float* scratch) : IKernel
{
    // The rows of a block and the panel that meets them stay in the second-level cache together.
    private const int BlockFloats = 1 << 16;
    private const int FewestRows = 6;
    private const int MostRows = 192;

    /// <summary>Windows of a block.</summary>
    public static int RowsOf(in ConvolutionMap map) =>
        Math.Clamp(BlockFloats / map.WindowLength / FewestRows * FewestRows, FewestRows, MostRows);

    /// <summary>Floats of scratch a thread needs.</summary>
    public static long ScratchLength(in ConvolutionMap map) => (long)RowsOf(map) * map.WindowLength;

    public void Scalar(int first, int end, int worker)
    {
        var (k, rows) = (map.WindowLength, RowsOf(map));
        var block = scratch + worker * ScratchLength(map);
        for (var item = first; item < end; item++)
        {
            var count = Unfold(item * rows, block);
            for (var row = 0; row < count; row++)
            {
                for (var column = 0; column < n; column++)
                {
                    var weights = panels + (long)(column / Panel.Columns) * Panel.Columns * k + column % Panel.Columns;
                    var sum = bias is null ? 0.0 : bias[column];
                    for (var i = 0; i < k; i++)
                    {
                        sum += (double)block[(long)row * k + i] * weights[(long)i * Panel.Columns];
                    }
                    y[((long)item * rows + row) * n + column] = (float)sum;
                }
            }
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var (k, rows) = (map.WindowLength, RowsOf(map));
        var block = scratch + worker * ScratchLength(map);
        for (var item = first; item < end; item++)
        {
            var count = Unfold(item * rows, block);
            for (var column = 0; column < n; column += Panel.Columns)
            {
                var panel = panels + (long)column * k;
                new PanelProduct<TSimd, TFloats>(block, count, panel, k, bias, y + (long)item * rows * n, n).Write(column);
            }
        }
    }

    /// <summary>Lays out the windows from <paramref name="firstRow"/> on, as many as a block takes and there are.</summary>
    private int Unfold(int firstRow, float* block)
    {
        var count = Math.Min(RowsOf(map), map.OutHeight * map.OutWidth - firstRow);
        for (var row = firstRow; row < firstRow + count; row++, block += map.WindowLength)
        {
            Unfold(row / map.OutWidth * map.Stride - map.Top, row % map.OutWidth * map.Stride - map.Left, block);
        }
        return count;
    }

    private void Unfold(int top, int left, float* target)
    {
        var line = map.KernelWidth * map.Channels;
        var (firstColumn, endColumn) = ConvolutionMap.OnMap(left, map.KernelWidth, map.Width);
        for (var i = 0; i < map.KernelHeight; i++, target += line)
        {
            var row = top + i;
            var window = new Span<float>(target, line);
            if ((uint)row >= (uint)map.Height || firstColumn >= endColumn)
            {
                window.Clear();
                continue;
            }
            var (first, end) = (firstColumn * map.Channels, endColumn * map.Channels);
            var source = x + ((long)row * map.Width + left + firstColumn) * map.Channels;
            window[..first].Clear();
            new ReadOnlySpan<float>(source, end - first).CopyTo(window[first..]);
            window[end..].Clear();
        }
    }
}
