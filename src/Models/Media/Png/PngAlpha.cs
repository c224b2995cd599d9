namespace MlxActors.Models.Media.Png;

/// <summary>How opaque each pixel is, by its samples, and what white shows through.</summary>
/// <param name="samplesPerPixel">Samples of a pixel.</param>
/// <param name="alphaOf">Alpha of a pixel's samples.</param>
internal sealed class PngAlpha(int samplesPerPixel, PngAlpha.Reader alphaOf)
{
    public delegate byte Reader(ReadOnlySpan<byte> samples);

    /// <summary>
    /// Null when all is opaque. As in the reference, a single transparent colour counts in grey pictures and not in RGB ones, which pass
    /// unconverted; in 16-bit ones it is not looked at, since only the high bytes are kept.
    /// </summary>
    public static PngAlpha? Of(PngFile file)
    {
        var header = file.Header;
        var transparency = file.Transparency;
        return header.Color switch
        {
            PngColor.RgbAlpha or PngColor.GreyAlpha => new PngAlpha(header.SamplesPerPixel, samples => samples[^1]),
            PngColor.Palette when !transparency.IsEmpty => new PngAlpha(1, samples =>
                samples[0] < transparency.Length ? transparency.Span[samples[0]] : byte.MaxValue),
            PngColor.Grey when transparency.Length == 2 && header.BitDepth <= 8 => Except(transparency.Span[1], header.BitDepth),
            _ => null,
        };
    }

    /// <summary>Blends RGB <paramref name="pixels"/> with white.</summary>
    public void LayOnWhite(ReadOnlySpan<byte> samples, Span<byte> pixels)
    {
        for (var (from, to) = (0, 0); to < pixels.Length; from += samplesPerPixel, to += PixelImage.Channels)
        {
            Blending.LayOnWhite(pixels.Slice(to, PixelImage.Channels), alphaOf(samples.Slice(from, samplesPerPixel)));
        }
    }

    private static PngAlpha Except(byte transparent, int bitDepth)
    {
        var level = (byte)(transparent * (byte.MaxValue / ((1 << bitDepth) - 1)));
        return new PngAlpha(1, samples => samples[0] == level ? (byte)0 : byte.MaxValue);
    }
}
