using System.Buffers.Binary;

namespace MlxActors.Models.Media;

/// <summary>
/// Tells a file's format by its first bytes. Text of any kind (playlists, manifests, scripts that name other files) is of no known format,
/// and so never reaches a decoder that would follow it.
/// </summary>
public static class MediaSniffer
{
    private const int RiffHeader = 12;
    private const int TransportPacket = 188;

    private static ReadOnlySpan<byte> AsfHeader => [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11];

    private static ReadOnlySpan<byte> JpegXlContainer => [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' '];

    private static ReadOnlySpan<byte> Jpeg2000Container => [0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' '];

    /// <summary>The format that the content begins as.</summary>
    public static MediaFormat Sniff(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
        {
            return MediaFormat.Empty;
        }
        ReadOnlySpan<Func<ReadOnlySpan<byte>, MediaFormat>> families = [SniffImage, SniffRiff, SniffIso, SniffAudio, SniffVideo];
        foreach (var family in families)
        {
            if (family(content) is not MediaFormat.Unknown and var format)
            {
                return format;
            }
        }
        return MediaFormat.Unknown;
    }

    private static MediaFormat SniffImage(ReadOnlySpan<byte> content) => content switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => MediaFormat.Png,
        [0xFF, 0xD8, 0xFF, ..] => MediaFormat.Jpeg,
        [(byte)'B', (byte)'M', ..] => MediaFormat.Bmp,
        [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => MediaFormat.Tiff,
        [0xFF, 0x0A, ..] => MediaFormat.JpegXl,
        [(byte)'P', >= (byte)'1' and <= (byte)'7', (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t', ..] => MediaFormat.Pnm,
        _ when content.StartsWith("GIF87a"u8) || content.StartsWith("GIF89a"u8) => MediaFormat.Gif,
        _ when content.StartsWith("%PDF-"u8) => MediaFormat.Pdf,
        _ when content.StartsWith(JpegXlContainer) => MediaFormat.JpegXl,
        _ when content.StartsWith(Jpeg2000Container) => MediaFormat.Jpeg2000,
        _ when IsSvg(content) => MediaFormat.Svg,
        _ => MediaFormat.Unknown,
    };

    private static MediaFormat SniffRiff(ReadOnlySpan<byte> content)
    {
        if (content.Length < RiffHeader)
        {
            return MediaFormat.Unknown;
        }
        var isRiff = content.StartsWith("RIFF"u8);
        var isLargeWave = content.StartsWith("RF64"u8) || content.StartsWith("BW64"u8);
        return content[8..] switch
        {
            [(byte)'W', (byte)'A', (byte)'V', (byte)'E', ..] when isRiff || isLargeWave => MediaFormat.Wav,
            [(byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] when isRiff => MediaFormat.WebP,
            [(byte)'A', (byte)'V', (byte)'I', (byte)' ', ..] when isRiff => MediaFormat.Avi,
            [(byte)'A', (byte)'I', (byte)'F', (byte)'F' or (byte)'C', ..] when content.StartsWith("FORM"u8) => MediaFormat.Aiff,
            _ => MediaFormat.Unknown,
        };
    }

    private static MediaFormat SniffIso(ReadOnlySpan<byte> content) => content.Length < 12
        ? MediaFormat.Unknown
        : content[4..8] switch
        {
            [(byte)'f', (byte)'t', (byte)'y', (byte)'p'] => SniffIsoBrand(content[8..12]),
            // QuickTime files from before the brand box begin with any other box.
            [(byte)'m', (byte)'o', (byte)'o', (byte)'v'] => MediaFormat.QuickTime,
            [(byte)'m', (byte)'d', (byte)'a', (byte)'t'] => MediaFormat.QuickTime,
            [(byte)'w', (byte)'i', (byte)'d', (byte)'e'] => MediaFormat.QuickTime,
            _ => MediaFormat.Unknown,
        };

    private static MediaFormat SniffIsoBrand(ReadOnlySpan<byte> brand) => BinaryPrimitives.ReadUInt32BigEndian(brand) switch
    {
        0x61766966 or 0x61766973 => MediaFormat.Avif, // avif, avis
        0x68656963 or 0x68656978 or 0x6D696631 => MediaFormat.Heic, // heic, heix, mif1
        0x4D344120 or 0x4D344220 => MediaFormat.M4a, // "M4A ", "M4B "
        0x71742020 => MediaFormat.QuickTime, // "qt  "
        _ => MediaFormat.Mp4,
    };

    private static MediaFormat SniffAudio(ReadOnlySpan<byte> content) => content switch
    {
        [(byte)'I', (byte)'D', (byte)'3', ..] => MediaFormat.Mp3,
        // Eleven bits of sync, then version and layer: layer 0 is AAC's ADTS; layer I is left out, it would take UTF-16 text's mark for audio.
        [0xFF, 0xF0 or 0xF1 or 0xF8 or 0xF9, ..] => MediaFormat.Aac,
        [0xFF, 0xE2 or 0xE3 or 0xE4 or 0xE5 or 0xF2 or 0xF3 or 0xF4 or 0xF5 or 0xFA or 0xFB or 0xFC or 0xFD, ..] => MediaFormat.Mp3,
        _ when content.StartsWith("fLaC"u8) => MediaFormat.Flac,
        _ when content.StartsWith("OggS"u8) => MediaFormat.Ogg,
        _ when content.StartsWith("#!AMR"u8) => MediaFormat.Amr,
        _ when content.StartsWith("caff"u8) => MediaFormat.Caf,
        _ => MediaFormat.Unknown,
    };

    private static MediaFormat SniffVideo(ReadOnlySpan<byte> content) => content switch
    {
        [0x1A, 0x45, 0xDF, 0xA3, ..] => MediaFormat.Matroska,
        [0, 0, 1, 0xBA, ..] => MediaFormat.MpegProgram,
        [(byte)'F', (byte)'L', (byte)'V', 1, ..] => MediaFormat.Flv,
        _ when content.StartsWith(AsfHeader) => MediaFormat.Asf,
        [0x47, ..] when content.Length > TransportPacket && content[TransportPacket] == 0x47 => MediaFormat.MpegTransport,
        _ => MediaFormat.Unknown,
    };

    private static bool IsSvg(ReadOnlySpan<byte> content)
    {
        var head = content[..Math.Min(content.Length, 1024)];
        return head.TrimStart(" \t\r\n"u8).StartsWith("<"u8) && head.IndexOf("<svg"u8) >= 0;
    }
}
