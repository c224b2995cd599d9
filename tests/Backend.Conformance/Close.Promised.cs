namespace MlxActors.Backend.Conformance;

/// <summary>Comparisons by what a backend promises.</summary>
public static partial class Close
{
    /// <summary>As <see cref="To(float[], float[], double, string)"/>, with the slack of a backend.</summary>
    public static void To(string backend, float[] expected, float[] actual, double tolerance, string what) =>
        To(expected, actual, tolerance * Backends.Named(backend).Precision.Slack, what);

    /// <summary>The same rows in other company: as alike as the backend promises.</summary>
    public static void Alike(string backend, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        if (Backends.Named(backend).Precision.AmongRows is > 0 and var tolerance)
        {
            To(expected.ToArray(), actual.ToArray(), tolerance, what);
        }
        else
        {
            Bits(expected, actual, what);
        }
    }
}
