using System.Buffers.Binary;

namespace MlxActors.Models.Media;

/// <summary>Formats told apart by their first bytes; a file's name or declared type says nothing.</summary>
public enum ImageFormat
{
    Unknown,
    Empty,
    Png,
    Jpeg,
    Gif,
    WebP,
    Bmp,
    Tiff,
    Avif,
    Heic,
    Jpeg2000,
    JpegXl,
    Pnm,
    Svg,
    Pdf,
}

public static class ImageFormats
{
    private static ReadOnlySpan<byte> JpegXlContainer => [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' '];

    private static ReadOnlySpan<byte> Jpeg2000Container => [0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' '];

    /// <summary>The format that the content begins as.</summary>
    public static ImageFormat Sniff(ReadOnlySpan<byte> content) => content switch
    {
        [] => ImageFormat.Empty,
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => ImageFormat.Png,
        [0xFF, 0xD8, 0xFF, ..] => ImageFormat.Jpeg,
        [(byte)'B', (byte)'M', ..] => ImageFormat.Bmp,
        [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => ImageFormat.Tiff,
        [0xFF, 0x0A, ..] => ImageFormat.JpegXl,
        [(byte)'P', >= (byte)'1' and <= (byte)'7', (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t', ..] => ImageFormat.Pnm,
        _ when content.StartsWith("GIF87a"u8) || content.StartsWith("GIF89a"u8) => ImageFormat.Gif,
        _ when content.StartsWith("%PDF-"u8) => ImageFormat.Pdf,
        _ when content.StartsWith(JpegXlContainer) => ImageFormat.JpegXl,
        _ when content.StartsWith(Jpeg2000Container) => ImageFormat.Jpeg2000,
        _ when content.Length >= 12 && content.StartsWith("RIFF"u8) && content[8..].StartsWith("WEBP"u8) => ImageFormat.WebP,
        _ when content.Length >= 12 && content[4..].StartsWith("ftyp"u8) => SniffIsoBrand(content[8..12]),
        _ when IsSvg(content) => ImageFormat.Svg,
        _ => ImageFormat.Unknown,
    };

    /// <summary>The format's name as it stands in a message.</summary>
    public static string Describe(this ImageFormat format) => format switch
    {
        ImageFormat.Unknown => "bytes of no known image format",
        ImageFormat.Empty => "no bytes",
        ImageFormat.Png => "PNG",
        ImageFormat.Jpeg => "JPEG",
        ImageFormat.Gif => "GIF",
        ImageFormat.WebP => "WebP",
        ImageFormat.Bmp => "BMP",
        ImageFormat.Tiff => "TIFF",
        ImageFormat.Avif => "AVIF",
        ImageFormat.Heic => "HEIC",
        ImageFormat.Jpeg2000 => "JPEG 2000",
        ImageFormat.JpegXl => "JPEG XL",
        ImageFormat.Pnm => "PNM",
        ImageFormat.Svg => "SVG",
        ImageFormat.Pdf => "PDF",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "not an image format"),
    };

    private static ImageFormat SniffIsoBrand(ReadOnlySpan<byte> brand) => BinaryPrimitives.ReadUInt32BigEndian(brand) switch
    {
        0x61766966 or 0x61766973 => ImageFormat.Avif, // avif, avis
        0x68656963 or 0x68656978 or 0x6D696631 => ImageFormat.Heic, // heic, heix, mif1
        _ => ImageFormat.Unknown,
    };

    private static bool IsSvg(ReadOnlySpan<byte> content)
    {
        var head = content[..Math.Min(content.Length, 1024)];
        return head.TrimStart(" \t\r\n"u8).StartsWith("<"u8) && head.IndexOf("<svg"u8) >= 0;
    }
}
