using System.Numerics;

namespace MlxActors.Models.Media.Audio;

/// <summary>
/// Samples of one low-pass filter at evenly spaced fractions of an input sample. Rates whose ratio needs more fractions than are kept are
/// served by interpolating between two, at an error below that of 16-bit samples.
/// </summary>
/// <param name="Phases">Number of fractions; the taps of one more are kept, those of a whole sample's shift.</param>
/// <param name="Reach">Input samples on either side of an output sample.</param>
internal sealed record SincBank(int Phases, int Reach, float[] Coefficients)
{
    private const int MostPhases = 1024;
    private const double PassBand = 0.913;

    /// <summary>Of what the filter stops, in decibels.</summary>
    private const double Attenuation = 120;

    public ReadOnlySpan<float> Taps(int phase) => Coefficients.AsSpan(phase * 2 * Reach, 2 * Reach);

    public static SincBank Of(int from, int to)
    {
        var phases = Math.Min(to / (int)BigInteger.GreatestCommonDivisor(from, to), MostPhases);
        // All frequencies are in units of the input's Nyquist frequency, all times in input samples.
        var lower = Math.Min(1.0, (double)to / from);
        var cutoff = lower * (PassBand + 1) / 2;
        var halfWidth = (Attenuation - 7.95) / (2.285 * Math.PI * (1 - PassBand) * lower) / 2;
        var reach = (int)Math.Ceiling(halfWidth);
        var coefficients = new float[(phases + 1) * 2 * reach];
        for (var phase = 0; phase <= phases; phase++)
        {
            for (var tap = 0; tap < 2 * reach; tap++)
            {
                var time = tap - reach + 1 - ((double)phase / phases);
                coefficients[(phase * 2 * reach) + tap] = (float)(cutoff * Sinc(cutoff * time) * Kaiser(time / halfWidth));
            }
        }
        return new SincBank(phases, reach, coefficients);
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    /// <summary>Kaiser's window, whose one parameter follows from the attenuation by his formula.</summary>
    private static double Kaiser(double x)
    {
        const double beta = 0.1102 * (Attenuation - 8.7);
        return Math.Abs(x) >= 1 ? 0 : BesselI0(beta * Math.Sqrt(1 - (x * x))) / BesselI0(beta);
    }

    /// <summary>The modified Bessel function of order zero, by its power series.</summary>
    private static double BesselI0(double x)
    {
        var (sum, term) = (1.0, 1.0);
        for (var k = 1; term > sum * 1e-17; k++)
        {
            term *= x / (2 * k) * (x / (2 * k));
            sum += term;
        }
        return sum;
    }
}
