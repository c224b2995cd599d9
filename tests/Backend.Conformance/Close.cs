namespace MlxActors.Backend.Conformance;

public static partial class Close
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
