namespace MlxActors.Models.Media;

/// <summary>Which axis is resized first.</summary>
public enum ResizeOrder
{
    /// <summary>The one that Pillow 13 takes first.</summary>
    Pillow,

    /// <summary>Within rows first, as torchvision and Pillow before 13.</summary>
    RowsFirst,
}

/// <summary>Resizing with Pillow's pixels: one axis after the other, 8 bits in between, so that the order shows.</summary>
public static class Resizing
{
    /// <summary>
    /// Pillow 13 takes the columns first when the height shrinks "significantly more" than the width (its pull request 9549), earlier
    /// ones never do. The figure is a reading: the reference's pictures lie at 1.11 (rows first) and 1.21 (columns first).
    /// </summary>
    private const double SignificantlyMore = 1.2;

    public static PixelImage Resize(
        this PixelImage image, int width, int height, ResampleFilter filter, ResizeOrder order = ResizeOrder.Pillow)
    {
        var (narrowing, flattening) = ((double)image.Width / width, (double)image.Height / height);
        return order == ResizeOrder.Pillow && flattening > 1 && flattening > narrowing * SignificantlyMore
            ? AlongRows(AlongColumns(image, height, filter), width, filter)
            : AlongColumns(AlongRows(image, width, filter), height, filter);
    }

    private static PixelImage AlongRows(PixelImage image, int width, ResampleFilter filter)
    {
        if (image.Width == width)
        {
            return image;
        }
        var resampling = Resampling.Of(image.Width, width, filter);
        var rgb = new byte[width * image.Height * PixelImage.Channels];
        for (var y = 0; y < image.Height; y++)
        {
            var source = image.Row(y);
            var target = rgb.AsSpan(y * width * PixelImage.Channels, width * PixelImage.Channels);
            for (var x = 0; x < width; x++)
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
        return new PixelImage(width, image.Height, rgb);
    }

    private static PixelImage AlongColumns(PixelImage image, int height, ResampleFilter filter)
    {
        if (image.Height == height)
        {
            return image;
        }
        var resampling = Resampling.Of(image.Height, height, filter);
        var rowLength = image.Width * PixelImage.Channels;
        var rgb = new byte[rowLength * height];
        var sums = new int[rowLength];
        for (var y = 0; y < height; y++)
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
        return new PixelImage(image.Width, height, rgb);
    }

    private static void AddWeighted(ReadOnlySpan<byte> row, int weight, Span<int> sums)
    {
        for (var x = 0; x < row.Length; x++)
        {
            sums[x] += weight * row[x];
        }
    }
}
