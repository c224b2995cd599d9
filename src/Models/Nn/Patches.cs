using MlxActors.Models.Media;

namespace MlxActors.Models.Nn;

/// <summary>An image cut into squares, one a row.</summary>
/// <param name="Values"><c>[Rows, Columns]</c>; within a row: height, width, channel, as MLX lays out a convolution's weight.</param>
public readonly record struct Patches(float[] Values, int Rows, int Columns)
{
    /// <summary>
    /// Cuts <c>[C, H, W]</c> into <c>[H/size · W/size, size · size · C]</c>, row-major; both sides are multiples of <paramref name="size"/>.
    /// </summary>
    public static Patches Unfold(PixelValues pixels, int size)
    {
        var (channels, height, width) = (pixels.Channels, pixels.Height, pixels.Width);
        if (height % size != 0 || width % size != 0 || pixels.Values.Length != channels * height * width)
        {
            throw new ArgumentException($"{channels}x{height}x{width} pixels do not divide into squares of {size}", nameof(pixels));
        }
        var values = new float[pixels.Values.Length];
        var next = 0;
        for (var top = 0; top < height; top += size)
        {
            for (var left = 0; left < width; left += size)
            {
                for (var y = top; y < top + size; y++)
                {
                    for (var x = left; x < left + size; x++)
                    {
                        for (var channel = 0; channel < channels; channel++)
                        {
                            values[next++] = pixels.Values[((channel * height) + y) * width + x];
                        }
                    }
                }
            }
        }
        var columns = size * size * channels;
        return new Patches(values, values.Length / columns, columns);
    }
}
