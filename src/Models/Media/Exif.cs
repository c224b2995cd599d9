using System.Buffers.Binary;

namespace MlxActors.Models.Media;

/// <summary>The one EXIF field that changes the picture. Whatever is wrong with the block, it then says nothing.</summary>
public static class Exif
{
    private const int HeaderLength = 8;
    private const int EntryLength = 12;
    private const ushort OrientationTag = 0x0112;
    private const ushort ShortType = 3;
    private const ushort LongType = 4;

    /// <summary>The orientation that a TIFF block (EXIF without its "Exif" prefix) asks for.</summary>
    public static Orientation ReadOrientation(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < HeaderLength || !IsTiff(tiff, out var bigEndian))
        {
            return Orientation.Upright;
        }
        var directory = UInt32(tiff[4..], bigEndian);
        if (directory > tiff.Length - sizeof(ushort))
        {
            return Orientation.Upright;
        }
        var entries = tiff[(int)directory..];
        var count = UInt16(entries, bigEndian);
        entries = entries[sizeof(ushort)..];
        for (var i = 0; i < count && entries.Length >= EntryLength; i++, entries = entries[EntryLength..])
        {
            if (UInt16(entries, bigEndian) == OrientationTag)
            {
                return ReadEntry(entries, bigEndian);
            }
        }
        return Orientation.Upright;
    }

    private static bool IsTiff(ReadOnlySpan<byte> tiff, out bool bigEndian)
    {
        bigEndian = tiff.StartsWith("MM"u8);
        return (bigEndian || tiff.StartsWith("II"u8)) && UInt16(tiff[2..], bigEndian) == 42;
    }

    private static Orientation ReadEntry(ReadOnlySpan<byte> entry, bool bigEndian)
    {
        uint value = (UInt16(entry[2..], bigEndian), UInt32(entry[4..], bigEndian)) switch
        {
            (ShortType, 1) => UInt16(entry[8..], bigEndian),
            (LongType, 1) => UInt32(entry[8..], bigEndian),
            _ => 0,
        };
        return value is >= (uint)Orientation.Upright and <= (uint)Orientation.TurnedLeft ? (Orientation)value : Orientation.Upright;
    }

    private static ushort UInt16(ReadOnlySpan<byte> at, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);

    private static uint UInt32(ReadOnlySpan<byte> at, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
}
