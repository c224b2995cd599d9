namespace MlxActors.Golden.Audio;

/// <summary>How far a signal is from the reference's.</summary>
internal static class AudioSignal
{
    /// <summary>Signal-to-noise ratio in decibels over the samples that both have.</summary>
    /// <param name="lag">Samples by which <paramref name="actual"/> comes later.</param>
    public static double SnrDb(float[] expected, float[] actual, int lag = 0)
    {
        var (signal, noise) = (0.0, 0.0);
        for (var i = Math.Max(0, -lag); i < Math.Min(expected.Length, actual.Length - lag); i++)
        {
            var difference = (double)expected[i] - actual[i + lag];
            signal += (double)expected[i] * expected[i];
            noise += difference * difference;
        }
        return noise == 0 ? double.PositiveInfinity : 10 * Math.Log10(signal / noise);
    }

    /// <summary>The same at the best lag of at most <paramref name="most"/>: versions of lossy decoders skip more or less of an encoder's delay.</summary>
    public static double AlignedSnrDb(float[] expected, float[] actual, int most) =>
        SnrDb(expected, actual) is var snr && snr > 60
            ? snr
            : Enumerable.Range(-most, (2 * most) + 1).Max(lag => SnrDb(expected, actual, lag));

    public static double MaxAbs(float[] expected, float[] actual) =>
        expected.Zip(actual, (left, right) => Math.Abs((double)left - right)).DefaultIfEmpty(0).Max();
}
