namespace MlxActors.Golden.Audio;

/// <summary>How far a signal is from the reference's.</summary>
internal static class AudioSignal
{
    /// <summary>Signal-to-noise ratio in decibels over the samples that both have.</summary>
    public static double SnrDb(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        var (signal, noise) = (0.0, 0.0);
        for (var i = 0; i < Math.Min(expected.Length, actual.Length); i++)
        {
            var difference = (double)expected[i] - actual[i];
            signal += (double)expected[i] * expected[i];
            noise += difference * difference;
        }
        return noise == 0 ? double.PositiveInfinity : 10 * Math.Log10(signal / noise);
    }

    public static double MaxAbs(float[] expected, float[] actual) =>
        expected.Zip(actual, (left, right) => Math.Abs((double)left - right)).DefaultIfEmpty(0).Max();
}
