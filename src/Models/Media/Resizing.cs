namespace MlxActors.Models.Media;

/// <summary>Resizing with Pillow's pixels: along the rows first, then along the columns, 8 bits in between.</summary>
public static class Resizing
{
    public static PixelImage Resize(this PixelImage image, int width, int height, ResampleFilter filter)
    {
        var wide = image.Width == width ? image : AlongRows(image, Resampling.Of(image.Width, width, filter));
        return image.Height == height ? wide : AlongColumns(wide, Resampling.Of(image.Height, height, filter));
    }

    private static PixelImage AlongRows(PixelImage image, Resampling resampling)
    {
        var rgb = new byte[resampling.Length * image.Height * PixelImage.Channels];
        for (var y = 0; y < image.Height; y++)
        {
            var source = image.Row(y);
            var target = rgb.AsSpan(y * resampling.Length * PixelImage.Channels, resampling.Length * PixelImage.Channels);
            for (var x = 0; x < resampling.Length; x++)
            {
                var (start, weights) = resampling.At(x);
                var pixels = source.Slice(start * PixelImage.Channels, weights.Length * PixelImage.Channels);
                var (red, green, blue) = (0, 0, 0);
                for (var (i, from) = (0, 0); i < weights.Length; i++, from += PixelImage.Channels)
                {
                    red += weights[i] * pixels[from];
                    green += weights[i] * pixels[from + 1];
                    blue += weights[i] * pixels[from + 2];
                }
                var pixel = target.Slice(x * PixelImage.Channels, PixelImage.Channels);
                (pixel[0], pixel[1], pixel[2]) = (Resampling.Sample(red), Resampling.Sample(green), Resampling.Sample(blue));
            }
        }
        return new PixelImage(resampling.Length, image.Height, rgb);
    }

    private static PixelImage AlongColumns(PixelImage image, Resampling resampling)
    {
        var rowLength = image.Width * PixelImage.Channels;
        var rgb = new byte[rowLength * resampling.Length];
        var sums = new int[rowLength];
        for (var y = 0; y < resampling.Length; y++)
        {
            var (start, weights) = resampling.At(y);
            Array.Clear(sums);
            for (var i = 0; i < weights.Length; i++)
            {
                AddWeighted(image.Row(start + i), weights[i], sums);
            }
            var target = rgb.AsSpan(y * rowLength, rowLength);
            for (var x = 0; x < target.Length; x++)
            {
                target[x] = Resampling.Sample(sums[x]);
            }
        }
        return new PixelImage(image.Width, resampling.Length, rgb);
    }

    private static void AddWeighted(ReadOnlySpan<byte> row, int weight, Span<int> sums)
    {
        for (var x = 0; x < row.Length; x++)
        {
            sums[x] += weight * row[x];
        }
    }
}
