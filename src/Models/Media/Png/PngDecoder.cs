using System.IO.Compression;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Png;

/// <summary>
/// PNG (third edition): all colour types and depths, interlaced or not. Inflates row by row and never more than the picture needs.
/// </summary>
internal static class PngDecoder
{
    /// <summary>Deflate's best: a length of 258 bytes in two bits.</summary>
    private const long BestCompression = 1032;

    public static Result<PixelImage, MediaError> Decode(ReadOnlyMemory<byte> content, ImageLimits limits, Transparency transparency) =>
        PngFile.Read(content, limits).Bind(Validate).Bind(file => Inflate(file, transparency).Map(image => image.Orient(file.Orientation)));

    public static MediaError.Malformed Malformed(string problem) => new(MediaFormat.Png, problem);

    /// <summary>What can be known before memory is taken: enough data for these pixels, and a palette where one is needed.</summary>
    private static Result<PngFile, MediaError> Validate(PngFile file)
    {
        var needed = PngPass.Of(file.Header)
            .Sum(pass => (1 + file.Header.RowLength(pass.Width(file.Header.Size))) * pass.Height(file.Header.Size));
        var compressed = file.Data.Sum(part => (long)part.Length);
        return file switch
        {
            _ when compressed == 0 => Malformed("there is no IDAT data"),
            _ when needed > compressed * BestCompression => Malformed(
                $"{compressed} bytes of compressed data cannot hold {file.Header.Size.Width} x {file.Header.Size.Height} pixels"),
            { Header.Color: PngColor.Palette, Palette.IsEmpty: true } => Malformed("palette picture without PLTE"),
            _ => file,
        };
    }

    private static Result<PixelImage, MediaError> Inflate(PngFile file, Transparency transparency)
    {
        using var compressed = new ChunkedStream(file.Data);
        using var inflated = new ZLibStream(compressed, CompressionMode.Decompress);
        var size = file.Header.Size;
        var alpha = transparency == Transparency.OnWhite ? PngAlpha.Of(file) : null;
        var rgb = new byte[size.Width * size.Height * PixelImage.Channels];
        try
        {
            foreach (var pass in PngPass.Of(file.Header))
            {
                if (ReadPass(file, alpha, pass, inflated, rgb) is { } error)
                {
                    return error;
                }
            }
            return new PixelImage(size.Width, size.Height, rgb);
        }
        catch (EndOfStreamException)
        {
            return Malformed($"the pixel data ends before the last of {size.Height} rows");
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            return Malformed("the compressed pixel data is damaged");
        }
    }

    private static MediaError? ReadPass(PngFile file, PngAlpha? alpha, PngPass pass, Stream inflated, Span<byte> rgb)
    {
        var (header, size) = (file.Header, file.Header.Size);
        var width = pass.Width(size);
        var rowLength = (int)header.RowLength(width);
        var row = new byte[1 + rowLength];
        var above = new byte[1 + rowLength];
        var samples = new byte[width * header.SamplesPerPixel];
        var pixels = new byte[width * PixelImage.Channels];
        for (var y = pass.Y; y < size.Height; y += pass.StepY)
        {
            inflated.ReadExactly(row);
            if (!PngFilter.TryUndo(row[0], row.AsSpan(1), above.AsSpan(1), header.FilterDistance))
            {
                return Malformed($"row filter {row[0]} does not exist");
            }
            PngPixels.Unpack(header, row.AsSpan(1), samples);
            PngPixels.ToRgb(header.Color, samples, file.Palette.Span, pixels);
            alpha?.LayOnWhite(samples, pixels);
            Place(pixels, pass, rgb.Slice(y * size.Width * PixelImage.Channels, size.Width * PixelImage.Channels));
            (row, above) = (above, row);
        }
        return null;
    }

    private static void Place(ReadOnlySpan<byte> pixels, PngPass pass, Span<byte> row)
    {
        if (pass.StepX == 1)
        {
            pixels.CopyTo(row);
            return;
        }
        for (var (from, to) = (0, pass.X * PixelImage.Channels); from < pixels.Length; from += PixelImage.Channels)
        {
            pixels.Slice(from, PixelImage.Channels).CopyTo(row[to..]);
            to += pass.StepX * PixelImage.Channels;
        }
    }
}
