namespace MlxActors.Native.Tensors;

/// <summary>How the window of a convolution goes over a map: its step, and the zeros that lie around the map.</summary>
public readonly record struct ConvolutionGeometry(int Stride, int Top, int Bottom, int Left, int Right)
{
    /// <summary>
    /// TensorFlow's "SAME" for a square window: <c>ceil(length / stride)</c> outputs along each axis, an odd zero behind the map.
    /// </summary>
    public static ConvolutionGeometry Same(int height, int width, int kernel, int stride)
    {
        var (rows, columns) = (Missing(height, kernel, stride), Missing(width, kernel, stride));
        return new ConvolutionGeometry(stride, rows / 2, rows - rows / 2, columns / 2, columns - columns / 2);
    }

    private static int Missing(int length, int kernel, int stride) =>
        Math.Max(0, ((length + stride - 1) / stride - 1) * stride + kernel - length);
}
