using System.Buffers.Binary;

namespace MlxActors.Models.Media.Jpeg;

/// <summary>Tables of step sizes, and the order in which coefficients stand in a file.</summary>
internal static class QuantizationTable
{
    public const int Tables = 4;

    /// <summary>Row-major place of the n-th coefficient of the zigzag sequence.</summary>
    public static ReadOnlySpan<byte> NaturalOrder =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    /// <summary>Reads a DQT segment's tables, each <c>[64]</c> row-major, into their places.</summary>
    public static MediaError? Read(ReadOnlySpan<byte> body, ushort[]?[] tables)
    {
        while (body.Length > 0)
        {
            var (precision, index) = (body[0] >> 4, body[0] & 15);
            var width = precision + 1;
            if (precision > 1 || index >= Tables || body.Length < 1 + (64 * width))
            {
                return JpegDecoder.Malformed(
                    $"DQT defines table {index} of {8 * width}-bit values in {body.Length - 1} bytes; tables are 0 to 3, bits 8 or 16");
            }
            var values = body.Slice(1, 64 * width);
            var table = new ushort[64];
            for (var i = 0; i < 64; i++)
            {
                table[NaturalOrder[i]] = width == 1 ? values[i] : BinaryPrimitives.ReadUInt16BigEndian(values[(2 * i)..]);
            }
            tables[index] = table;
            body = body[(1 + values.Length)..];
        }
        return null;
    }
}
