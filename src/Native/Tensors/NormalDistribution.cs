namespace MlxActors.Native.Tensors;

/// <summary>The standard normal distribution, which Gelu and the sparsity of activations are made of.</summary>
public static class NormalDistribution
{
    private const double SeriesLimit = 3;
    private const int FractionDepth = 60;
    private const int MaxSteps = 100;
    private const double Tolerance = 1e-13;

    /// <summary>
    /// Φ(x) in double precision: near 0 by the series <c>½ + φ(x) Σ x^(2n+1) / (1·3·…·(2n+1))</c>, in the tails by the continued
    /// fraction of Mills' ratio.
    /// </summary>
    public static double Cumulative(double x)
    {
        var density = Density(x);
        if (Math.Abs(x) < SeriesLimit)
        {
            var (sum, term) = (0.0, x);
            for (var n = 1; sum + term != sum; n++)
            {
                sum += term;
                term *= x * x / (2 * n + 1);
            }
            return 0.5 + density * sum;
        }
        var fraction = Math.Abs(x);
        for (var depth = FractionDepth; depth > 0; depth--)
        {
            fraction = Math.Abs(x) + depth / fraction;
        }
        var tail = density / fraction;
        return x < 0 ? tail : 1 - tail;
    }

    /// <summary>The x with Φ(x) = <paramref name="probability"/>, which lies strictly between 0 and 1.</summary>
    public static double Quantile(double probability)
    {
        if (probability is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "must lie between 0 and 1");
        }
        // Newton's steps come from the side of 0 and never pass the root, because Φ bends away from it.
        var (x, step) = (0.0, double.MaxValue);
        for (var i = 0; i < MaxSteps && Math.Abs(step) > Tolerance; i++)
        {
            step = (probability - Cumulative(x)) / Density(x);
            x += step;
        }
        return x;
    }

    private static double Density(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
}
