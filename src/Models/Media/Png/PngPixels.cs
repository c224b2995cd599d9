namespace MlxActors.Models.Media.Png;

/// <summary>From the unfiltered bytes of a row to RGB.</summary>
internal static class PngPixels
{
    /// <summary>
    /// One byte a sample: packed ones are spread, of 16-bit ones the high byte stays. Grey is widened to 0..255, palette indices are not.
    /// </summary>
    public static void Unpack(PngHeader header, ReadOnlySpan<byte> row, Span<byte> samples)
    {
        switch (header.BitDepth)
        {
            case 8:
                row[..samples.Length].CopyTo(samples);
                break;

            case 16:
                for (var i = 0; i < samples.Length; i++)
                {
                    samples[i] = row[2 * i];
                }
                break;

            case var depth:
                var largest = (1 << depth) - 1;
                var scale = header.Color == PngColor.Palette ? 1 : byte.MaxValue / largest;
                for (var i = 0; i < samples.Length; i++)
                {
                    var bit = i * depth;
                    samples[i] = (byte)(((row[bit >> 3] >> (8 - depth - (bit & 7))) & largest) * scale);
                }
                break;
        }
    }

    /// <summary>Alpha is dropped, colour below transparent pixels stays; a palette index without an entry is black.</summary>
    public static void ToRgb(PngColor color, ReadOnlySpan<byte> samples, ReadOnlySpan<byte> palette, Span<byte> rgb)
    {
        switch (color)
        {
            case PngColor.Rgb:
                samples.CopyTo(rgb);
                break;

            case PngColor.RgbAlpha:
                for (var (from, to) = (0, 0); to < rgb.Length; from += 4, to += 3)
                {
                    samples.Slice(from, 3).CopyTo(rgb[to..]);
                }
                break;

            case PngColor.Grey:
                for (var i = 0; i < samples.Length; i++)
                {
                    rgb.Slice(3 * i, 3).Fill(samples[i]);
                }
                break;

            case PngColor.GreyAlpha:
                for (var i = 0; i < samples.Length / 2; i++)
                {
                    rgb.Slice(3 * i, 3).Fill(samples[2 * i]);
                }
                break;

            case PngColor.Palette:
                for (var i = 0; i < samples.Length; i++)
                {
                    var entry = 3 * samples[i];
                    (entry < palette.Length ? palette.Slice(entry, 3) : [0, 0, 0]).CopyTo(rgb[(3 * i)..]);
                }
                break;

            default:
                throw new ArgumentOutOfRangeException(nameof(color), color, "not a colour type");
        }
    }
}
