namespace MlxActors.Backend.Conformance;

public static class Close
{
    /// <summary>Each number within a part of the largest one expected.</summary>
    public static void To(float[] expected, float[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = expected.Length == 0 ? 0 : expected.Max(Math.Abs);
        for (var i = 0; i < expected.Length; i++)
        {
            var difference = Math.Abs((double)expected[i] - actual[i]);
            Assert.True(
                difference <= tolerance * Math.Max(largest, 1e-6),
                $"{what}: [{i}] is {actual[i]:R}, expected {expected[i]:R} ± {tolerance * largest:g3}");
        }
    }

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

    public static void Bits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]),
                $"{what}: [{i}] is {actual[i]:R}, expected exactly {expected[i]:R}");
        }
    }
}
