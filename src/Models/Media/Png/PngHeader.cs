using System.Buffers.Binary;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Png;

internal enum PngColor
{
    Grey = 0,
    Rgb = 2,
    Palette = 3,
    GreyAlpha = 4,
    RgbAlpha = 6,
}

/// <summary>IHDR, checked: the depth is legal for the colour type and the size is within the limits.</summary>
internal sealed record PngHeader(PixelSize Size, int BitDepth, PngColor Color, bool Interlaced)
{
    private const int Length = 13;

    public int SamplesPerPixel => Color switch
    {
        PngColor.Grey or PngColor.Palette => 1,
        PngColor.GreyAlpha => 2,
        PngColor.Rgb => 3,
        PngColor.RgbAlpha => 4,
        _ => throw new ArgumentOutOfRangeException(nameof(Color), Color, "not a colour type"),
    };

    /// <summary>The distance that the row filters look back: a whole pixel, at least one byte.</summary>
    public int FilterDistance => Math.Max(1, SamplesPerPixel * BitDepth / 8);

    /// <summary>Bytes of a row of so many pixels, without its filter byte.</summary>
    public long RowLength(int pixels) => (((long)pixels * SamplesPerPixel * BitDepth) + 7) / 8;

    public static Result<PngHeader, MediaError> Read(ReadOnlySpan<byte> body, ImageLimits limits)
    {
        if (body.Length != Length)
        {
            return PngDecoder.Malformed($"IHDR holds {body.Length} bytes, not {Length}");
        }
        var (depth, color, compression, filter, interlace) = (body[8], body[9], body[10], body[11], body[12]);
        if (!IsLegal(depth, color))
        {
            return PngDecoder.Malformed($"bit depth {depth} with colour type {color} is not one of the format's combinations");
        }
        if (compression != 0 || filter != 0 || interlace > 1)
        {
            return new MediaError.UnsupportedVariant(
                MediaFormat.Png,
                $"compression method {compression}, filter method {filter}, interlace method {interlace}",
                "0, 0 and 0 or 1");
        }
        return limits
            .Check(MediaFormat.Png, BinaryPrimitives.ReadUInt32BigEndian(body), BinaryPrimitives.ReadUInt32BigEndian(body[4..]))
            .Map(size => new PngHeader(size, depth, (PngColor)color, interlace == 1));
    }

    private static bool IsLegal(int depth, int color) => (PngColor)color switch
    {
        PngColor.Grey => depth is 1 or 2 or 4 or 8 or 16,
        PngColor.Palette => depth is 1 or 2 or 4 or 8,
        PngColor.Rgb or PngColor.GreyAlpha or PngColor.RgbAlpha => depth is 8 or 16,
        _ => false,
    };
}
