namespace MlxActors.Models.Media;

/// <summary>
/// For each target position of one axis, the source positions that it mixes and their weights, as Pillow computes them (Resample.c):
/// the kernel widens with the reduction, so that shrinking averages, and weights are fixed-point numbers.
/// </summary>
internal sealed class Resampling
{
    /// <summary>Fraction bits of a weight: 32, less 8 for the sample and 2 for overshoot and sign.</summary>
    public const int FractionBits = 32 - 8 - 2;

    private readonly int[] _starts;
    private readonly int[][] _weights;

    private Resampling(int[] starts, int[][] weights) => (_starts, _weights) = (starts, weights);

    public static Resampling Of(int source, int target, ResampleFilter filter)
    {
        var scale = (double)source / target;
        var widening = Math.Max(1, scale);
        var narrowing = 1 / widening;
        var support = filter.Support * widening;
        var (starts, weights) = (new int[target], new int[target][]);
        for (var i = 0; i < target; i++)
        {
            var centre = (i + 0.5) * scale;
            var start = Math.Max(0, (int)(centre - support + 0.5));
            var end = Math.Min(source, (int)(centre + support + 0.5));
            starts[i] = start;
            weights[i] = Normalize([.. Enumerable.Range(start, end - start).Select(x => filter.Weight((x - centre + 0.5) * narrowing))]);
        }
        return new Resampling(starts, weights);
    }

    /// <summary>Source positions <c>Start, Start + 1, ...</c> with one weight each.</summary>
    public (int Start, int[] Weights) At(int target) => (_starts[target], _weights[target]);

    /// <summary>A weighted sum as a sample.</summary>
    public static byte Sample(int sum) =>
        (byte)Math.Clamp((sum + (1 << (FractionBits - 1))) >> FractionBits, byte.MinValue, byte.MaxValue);

    private static int[] Normalize(double[] weights)
    {
        var sum = weights.Sum();
        return [.. weights.Select(weight => (int)Math.Round(weight / sum * (1 << FractionBits), MidpointRounding.AwayFromZero))];
    }
}
