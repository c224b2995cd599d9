using System.Runtime.CompilerServices;

namespace MlxActors.Models.Media.Jpeg;

/// <summary>
/// The inverse cosine transform after Loeffler, Ligtenberg and Moschytz (1989) in integers, rounded where libjpeg's "slow integer" method
/// rounds: 13 bits of constants, 2 extra bits between the passes. Bit for bit the same picture.
/// </summary>
internal static class InverseDct
{
    private const int Side = JpegComponent.BlockSide;
    private const int ConstantBits = 13;
    private const int ExtraBits = 2;
    private const int Centre = 128;

    // Products of cosines, times 2^13.
    private const int C0298 = 2446;
    private const int C0390 = 3196;
    private const int C0541 = 4433;
    private const int C0765 = 6270;
    private const int C0899 = 7373;
    private const int C1175 = 9633;
    private const int C1501 = 12299;
    private const int C1847 = 15137;
    private const int C1961 = 16069;
    private const int C2053 = 16819;
    private const int C2562 = 20995;
    private const int C3072 = 25172;

    /// <param name="coefficients"><c>[8, 8]</c> quantized, row-major.</param>
    /// <param name="steps"><c>[8, 8]</c> quantization steps.</param>
    /// <param name="samples">Where the block's first sample goes; rows are <paramref name="stride"/> apart.</param>
    /// <param name="stride">Samples from row to row.</param>
    public static void Transform(ReadOnlySpan<short> coefficients, ReadOnlySpan<ushort> steps, Span<byte> samples, int stride)
    {
        if (!coefficients[1..].ContainsAnyExcept((short)0))
        {
            Flat(coefficients[0] * steps[0], samples, stride);
            return;
        }
        Span<int> work = stackalloc int[Side * Side];
        Span<int> line = stackalloc int[Side];
        for (var x = 0; x < Side; x++)
        {
            for (var y = 0; y < Side; y++)
            {
                var i = (y * Side) + x;
                line[y] = coefficients[i] * steps[i];
            }
            Transform(line, ConstantBits - ExtraBits);
            for (var y = 0; y < Side; y++)
            {
                work[(y * Side) + x] = line[y];
            }
        }
        for (var y = 0; y < Side; y++)
        {
            var row = work.Slice(y * Side, Side);
            Transform(row, ConstantBits + ExtraBits + 3);
            var target = samples.Slice(y * stride, Side);
            for (var x = 0; x < Side; x++)
            {
                target[x] = Sample(row[x]);
            }
        }
    }

    private static void Flat(int dc, Span<byte> samples, int stride)
    {
        var value = Sample(((dc << ExtraBits) + (1 << (ExtraBits + 2))) >> (ExtraBits + 3));
        for (var y = 0; y < Side; y++)
        {
            samples.Slice(y * stride, Side).Fill(value);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Sample(int value) => (byte)Math.Clamp(value + Centre, byte.MinValue, byte.MaxValue);

    /// <summary>Eight values in place, divided by 2 to the <paramref name="shift"/>.</summary>
    private static void Transform(Span<int> v, int shift)
    {
        _ = v[7];

        // Even part: a rotation of 2 and 6, a butterfly of 0 and 4.
        var rotated = (v[2] + v[6]) * C0541;
        var low = rotated - (v[6] * C1847);
        var high = rotated + (v[2] * C0765);
        var sum = (v[0] + v[4]) << ConstantBits;
        var difference = (v[0] - v[4]) << ConstantBits;
        var (even0, even3, even1, even2) = (sum + high, sum - high, difference + low, difference - low);

        // Odd part.
        var (p17, p35, p37, p15) = (v[7] + v[1], v[5] + v[3], v[7] + v[3], v[5] + v[1]);
        var all = (p37 + p15) * C1175;
        var (z17, z35) = (-p17 * C0899, -p35 * C2562);
        var (z37, z15) = (all - (p37 * C1961), all - (p15 * C0390));
        var odd3 = (v[7] * C0298) + z17 + z37;
        var odd2 = (v[5] * C2053) + z35 + z15;
        var odd1 = (v[3] * C3072) + z35 + z37;
        var odd0 = (v[1] * C1501) + z17 + z15;

        var half = 1 << (shift - 1);
        v[0] = (even0 + odd0 + half) >> shift;
        v[7] = (even0 - odd0 + half) >> shift;
        v[1] = (even1 + odd1 + half) >> shift;
        v[6] = (even1 - odd1 + half) >> shift;
        v[2] = (even2 + odd2 + half) >> shift;
        v[5] = (even2 - odd2 + half) >> shift;
        v[3] = (even3 + odd3 + half) >> shift;
        v[4] = (even3 - odd3 + half) >> shift;
    }
}
