using MlxActors.Native.Results;

namespace MlxActors.Models.Media;

/// <summary>What one picture may cost. Checked against the header, before any memory is taken for pixels.</summary>
/// <param name="MaxPixels">Width times height.</param>
/// <param name="MaxScanPixels">
/// Pixels times scans of a JPEG: a progressive file can ask for hundreds of passes over its picture with hardly any data.
/// </param>
public sealed record ImageLimits(long MaxPixels, long MaxScanPixels)
{
    /// <summary>64 megapixels; fifteen scans over a picture of that size, more over a smaller one.</summary>
    public static ImageLimits Default { get; } = new(MaxPixels: 64_000_000, MaxScanPixels: 1_000_000_000);

    /// <summary>What an array can hold, whatever the limits say: four bytes a pixel.</summary>
    private static readonly long MostPixels = Array.MaxLength / 4;

    internal Result<PixelSize, MediaError> Check(MediaFormat format, long width, long height)
    {
        var most = Math.Min(MaxPixels, MostPixels);
        if (width <= 0 || height <= 0)
        {
            return new MediaError.Malformed(format, $"a picture of {width} x {height} pixels has no content");
        }
        return width <= most / height
            ? new PixelSize((int)width, (int)height)
            : new MediaError.TooLarge(format, $"{width} x {height} pixels", $"{most} pixels");
    }
}

/// <summary>Width and height in pixels, both above zero and their product within the limits.</summary>
internal readonly record struct PixelSize(int Width, int Height);
