namespace MlxActors.Native.Cpu.Kernels;

/// <summary>A map <c>[Height, Width, Channels]</c> and the windows on it, as kernels see them: checked to fit each other.</summary>
internal struct ConvolutionMap
{
    public int Height;
    public int Width;
    public int Channels;
    public int KernelHeight;
    public int KernelWidth;
    public int Stride;

    /// <summary>Rows of zeros above the map.</summary>
    public int Top;

    /// <summary>Columns of zeros before the map.</summary>
    public int Left;

    public int OutHeight;
    public int OutWidth;

    /// <summary>Numbers of a window.</summary>
    public readonly int WindowLength => KernelHeight * KernelWidth * Channels;

    /// <summary>The rows or columns <c>[first, end)</c> of a window from <paramref name="start"/> on that lie on the map.</summary>
    public static (int First, int End) OnMap(int start, int kernel, int length) =>
        (Math.Max(0, -start), Math.Max(0, Math.Min(kernel, length - start)));
}
