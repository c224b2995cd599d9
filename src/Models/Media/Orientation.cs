using System.Runtime.InteropServices;

namespace MlxActors.Models.Media;

/// <summary>What must be done to the stored picture to see it upright; the numbers are those of EXIF.</summary>
public enum Orientation
{
    Upright = 1,
    MirroredSideways = 2,
    UpsideDown = 3,
    MirroredUpsideDown = 4,
    Transposed = 5,
    TurnedRight = 6,
    Transversed = 7,
    TurnedLeft = 8,
}

public static class Orientations
{
    /// <summary>The picture as it is meant to be seen.</summary>
    public static PixelImage Orient(this PixelImage image, Orientation orientation)
    {
        var (right, bottom) = (image.Width - 1, image.Height - 1);
        var row = image.Width;
        // The source pixel of the upright picture's corner, and the steps in the source for one step right and one down.
        return orientation switch
        {
            Orientation.Upright => image,
            Orientation.MirroredSideways => Walk(image, turned: false, right, -1, row),
            Orientation.UpsideDown => Walk(image, turned: false, (bottom * row) + right, -1, -row),
            Orientation.MirroredUpsideDown => Walk(image, turned: false, bottom * row, 1, -row),
            Orientation.Transposed => Walk(image, turned: true, 0, row, 1),
            Orientation.TurnedRight => Walk(image, turned: true, bottom * row, -row, 1),
            Orientation.Transversed => Walk(image, turned: true, (bottom * row) + right, -row, -1),
            Orientation.TurnedLeft => Walk(image, turned: true, right, row, -1),
            _ => throw new ArgumentOutOfRangeException(nameof(orientation), orientation, "not an EXIF orientation"),
        };
    }

    private static PixelImage Walk(PixelImage image, bool turned, int corner, int stepRight, int stepDown)
    {
        var (width, height) = turned ? (image.Height, image.Width) : (image.Width, image.Height);
        var upright = new byte[image.Rgb.Length];
        var source = MemoryMarshal.Cast<byte, Rgb>(image.Rgb);
        var target = MemoryMarshal.Cast<byte, Rgb>(upright.AsSpan());
        for (var y = 0; y < height; y++)
        {
            var from = corner + (y * stepDown);
            foreach (ref var pixel in target.Slice(y * width, width))
            {
                pixel = source[from];
                from += stepRight;
            }
        }
        return new PixelImage(width, height, upright);
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private readonly record struct Rgb(byte R, byte G, byte B);
}
