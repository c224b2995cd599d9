using System.Numerics.Tensors;

namespace MlxActors.Models.Media.Png;

/// <summary>The row filters, undone in place. Bytes before the row and the row before the first count as zero.</summary>
internal static class PngFilter
{
    /// <summary>False when there is no such filter.</summary>
    public static bool TryUndo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int distance)
    {
        switch (filter)
        {
            case 0:
                return true;
            case 1:
                Sub(row, distance);
                return true;
            case 2:
                TensorPrimitives.Add(row, above, row);
                return true;
            case 3:
                Average(row, above, distance);
                return true;
            case 4:
                Paeth(row, above, distance);
                return true;
            default:
                return false;
        }
    }

    private static void Sub(Span<byte> row, int distance)
    {
        for (var i = distance; i < row.Length; i++)
        {
            row[i] += row[i - distance];
        }
    }

    private static void Average(Span<byte> row, ReadOnlySpan<byte> above, int distance)
    {
        for (var i = 0; i < row.Length; i++)
        {
            var left = i < distance ? 0 : row[i - distance];
            row[i] += (byte)((left + above[i]) >> 1);
        }
    }

    private static void Paeth(Span<byte> row, ReadOnlySpan<byte> above, int distance)
    {
        for (var i = 0; i < row.Length; i++)
        {
            row[i] += i < distance ? above[i] : Nearest(row[i - distance], above[i], above[i - distance]);
        }
    }

    /// <summary>Of left, above and above left the one nearest to left + above - above left; ties go in that order.</summary>
    private static byte Nearest(int left, int above, int aboveLeft)
    {
        var toLeft = Math.Abs(above - aboveLeft);
        var toAbove = Math.Abs(left - aboveLeft);
        var toAboveLeft = Math.Abs(left + above - (2 * aboveLeft));
        return (byte)(toLeft <= toAbove && toLeft <= toAboveLeft ? left : toAbove <= toAboveLeft ? above : aboveLeft);
    }
}
