namespace MlxActors.Native.Cpu.Kernels;

/// <summary>Φ, which Gelu is made of.</summary>
internal static class NormalDistribution
{
    private const double SeriesLimit = 3;
    private const int FractionDepth = 60;

    /// <summary>
    /// Φ(x) in double precision: near 0 by the series <c>½ + φ(x) Σ x^(2n+1) / (1·3·…·(2n+1))</c>, in the tails by the continued
    /// fraction of Mills' ratio.
    /// </summary>
    public static double Cumulative(double x)
    {
        var density = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
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
}
