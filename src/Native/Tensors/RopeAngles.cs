namespace MlxActors.Native.Tensors;

/// <summary>Cosines and sines of a step: a row a token, first the cosines of all frequencies, then the sines.</summary>
internal static class RopeAngles
{
    public static void Fill(ReadOnlySpan<int> positions, int rows, RopeSpec spec, Span<float> table)
    {
        var frequencies = spec.InverseFrequencies.Span;
        var axes = spec.AxisOfFrequency.Span;
        var half = frequencies.Length;
        for (var row = 0; row < rows; row++)
        {
            var cosines = table.Slice(row * 2 * half, half);
            var sines = table.Slice(row * 2 * half + half, half);
            for (var i = 0; i < half; i++)
            {
                var axis = axes.IsEmpty ? 0 : axes[i];
                // The reference implementations round the angle to Float32 before they take its cosine.
                var (sine, cosine) = Math.SinCos(positions[axis * rows + row] * frequencies[i]);
                (cosines[i], sines[i]) = ((float)cosine, (float)sine);
            }
        }
    }
}
