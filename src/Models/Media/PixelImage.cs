namespace MlxActors.Models.Media;

/// <summary>A decoded picture: interleaved 8-bit RGB, rows from the top, no padding.</summary>
public sealed class PixelImage
{
    public const int Channels = 3;

    private readonly byte[] _rgb;

    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="rgb"><c>[height, width, 3]</c>; the image takes the array over.</param>
    public PixelImage(int width, int height, byte[] rgb)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNotEqual(rgb.LongLength, (long)width * height * Channels, nameof(rgb));
        (Width, Height, _rgb) = (width, height, rgb);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>All samples, <c>[Height, Width, 3]</c>.</summary>
    public ReadOnlySpan<byte> Rgb => _rgb;

    public ReadOnlySpan<byte> Row(int y) => _rgb.AsSpan(y * Width * Channels, Width * Channels);
}
