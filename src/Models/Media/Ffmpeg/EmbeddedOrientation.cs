using System.Buffers.Binary;

namespace MlxActors.Models.Media.Ffmpeg;

/// <summary>EXIF orientations that only some versions of ffmpeg look at.</summary>
internal static class EmbeddedOrientation
{
    private const int RiffHeader = 12;
    private const int ChunkHeader = 8;

    /// <summary>Null for formats whose orientation every ffmpeg applies, or that have none.</summary>
    public static Orientation? Of(MediaFormat format, ReadOnlySpan<byte> content) => format switch
    {
        MediaFormat.Tiff => Exif.ReadOrientation(content),
        MediaFormat.WebP => OfWebP(content),
        _ => null,
    };

    private static Orientation OfWebP(ReadOnlySpan<byte> content)
    {
        for (var rest = content[RiffHeader..]; rest.Length >= ChunkHeader;)
        {
            var length = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]), rest.Length - ChunkHeader);
            if (rest.StartsWith("EXIF"u8))
            {
                var exif = rest.Slice(ChunkHeader, length);
                return Exif.ReadOrientation(exif.StartsWith("Exif\0\0"u8) ? exif[6..] : exif);
            }
            rest = rest[Math.Min(ChunkHeader + length + (length & 1), rest.Length)..];
        }
        return Orientation.Upright;
    }
}
