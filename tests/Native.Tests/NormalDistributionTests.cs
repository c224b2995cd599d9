using MlxActors.Native.Tensors;

namespace MlxActors.Native.Tests;

public sealed class NormalDistributionTests
{
    /// <summary>Table values of the standard normal distribution.</summary>
    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.95, 1.6448536269514722)]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.999999, 4.753424308822899)]
    [InlineData(0.05, -1.6448536269514722)]
    public void Quantile_KnownProbability_IsTheTablesValue(double probability, double expected) =>
        Assert.Equal(expected, NormalDistribution.Quantile(probability), 1e-10);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Quantile_NoProbabilityBetweenZeroAndOne_Throws(double probability) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NormalDistribution.Quantile(probability));
}
