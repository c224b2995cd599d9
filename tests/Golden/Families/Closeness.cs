namespace MlxActors.Golden.Families;

/// <summary>Comparison of numbers against the reference, within the tolerance that a fixture states.</summary>
public static class Closeness
{
    public static void AssertClose(string name, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double atol, double rtol)
    {
        Assert.True(expected.Length == actual.Length, $"{name}: {expected.Length} numbers expected, {actual.Length} found");
        var (worst, worstAt) = (0.0, 0);
        for (var i = 0; i < expected.Length; i++)
        {
            var excess = Math.Abs((double)expected[i] - actual[i]) - rtol * Math.Abs(expected[i]);
            // Written so that a NaN counts as the worst of all.
            if (!(excess <= worst))
            {
                (worst, worstAt) = (excess, i);
            }
        }
        Assert.True(worst <= atol, $"{name}: element {worstAt} is {actual[worstAt]}, expected {expected[worstAt]} ± {atol}");
    }

    public static int ArgMax(ReadOnlySpan<float> logits) => System.Numerics.Tensors.TensorPrimitives.IndexOfMax(logits);
}
