namespace MlxActors.Generation.Sampling;

/// <summary>
/// Random numbers without state: a number is a function of a seed and a counter, so nothing else that runs can shift it.
/// The mixing function is SplitMix64's (Steele, Lea, Flood 2014), applied to the seed first, so that neighbouring seeds share nothing.
/// </summary>
public static class CounterRandom
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    /// <summary>Uniform in [0, 1), with 53 bits.</summary>
    public static double Unit(ulong seed, ulong counter) =>
        (Mix(Mix(seed + GoldenGamma) + (counter + 1) * GoldenGamma) >> 11) * (1.0 / (1UL << 53));

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
