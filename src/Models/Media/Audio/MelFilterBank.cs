namespace MlxActors.Models.Media.Audio;

/// <summary>Overlapping triangles, evenly spaced on the mel scale of HTK (2595 log10(1 + f/700)), each 1 at its peak.</summary>
public sealed class MelFilterBank
{
    private readonly Triangle[] _triangles;

    /// <param name="count">Number of triangles.</param>
    /// <param name="lowest">Where the first begins, in hertz.</param>
    /// <param name="highest">Where the last ends.</param>
    /// <param name="frequencies">Of the spectrum: multiples of <paramref name="spacing"/> from 0 on.</param>
    /// <param name="spacing">In hertz.</param>
    public MelFilterBank(int count, double lowest, double highest, int frequencies, double spacing)
    {
        var (first, last) = (MelOf(lowest), MelOf(highest));
        var corners = Enumerable.Range(0, count + 2).Select(i => HertzOf(first + (last - first) * i / (count + 1))).ToArray();
        _triangles = [.. Enumerable.Range(0, count).Select(i => Triangle.Over(corners.AsSpan(i, 3), frequencies, spacing))];
    }

    public int Count => _triangles.Length;

    /// <summary>The sum of <paramref name="magnitudes"/> under each triangle: <c>[frequencies] → [Count]</c>.</summary>
    public void Apply(ReadOnlySpan<double> magnitudes, Span<double> sums)
    {
        for (var i = 0; i < _triangles.Length; i++)
        {
            var (first, weights) = _triangles[i];
            sums[i] = System.Numerics.Tensors.TensorPrimitives.Dot(weights, magnitudes.Slice(first, weights.Length));
        }
    }

    private static double MelOf(double hertz) => 2595 * Math.Log10(1 + hertz / 700);

    private static double HertzOf(double mel) => 700 * (Math.Pow(10, mel / 2595) - 1);

    /// <param name="First">The first frequency with a weight above zero.</param>
    /// <param name="Weights">None where a triangle is so narrow that it lies between two frequencies.</param>
    private sealed record Triangle(int First, double[] Weights)
    {
        public static Triangle Over(ReadOnlySpan<double> corners, int frequencies, double spacing)
        {
            var (left, peak, right) = (corners[0], corners[1], corners[2]);
            var weights = new List<double>();
            var first = 0;
            for (var i = 0; i < frequencies; i++)
            {
                var frequency = i * spacing;
                var weight = Math.Min((frequency - left) / (peak - left), (right - frequency) / (right - peak));
                if (weight > 0)
                {
                    first = weights.Count == 0 ? i : first;
                    weights.Add(weight);
                }
            }
            return new Triangle(first, [.. weights]);
        }
    }
}
