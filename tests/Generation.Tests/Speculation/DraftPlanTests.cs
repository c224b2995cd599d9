using MlxActors.Generation.Speculation;

namespace MlxActors.Generation.Tests.Speculation;

/// <summary>How much is guessed, by chances and by what passes take.</summary>
public sealed class DraftPlanTests
{
    [Fact]
    public void Share_TimeDoesNotMatter_TakesTheLikeliestUpToTheRows()
    {
        var offers = new[] { new DraftOffer(8, .5, .5), default, new DraftOffer(3, .9, .9) };

        Assert.Equal([2, 0, 3], new DraftPlan().Share(offers, maxRows: 8, costs: null));
        Assert.Equal([8, 0, 3], new DraftPlan().Share(offers, maxRows: 100, costs: null));
        Assert.Equal([0, 0, 0], new DraftPlan().Share(offers, maxRows: 3, costs: null));
    }

    [Theory]
    [InlineData(.01, 1, 0)]
    [InlineData(.95, 0, 8)]
    [InlineData(.95, 1, 0)]
    [InlineData(.5, .1, 2)]
    public void Share_Costs_WeighTokensAgainstTime(double chance, double slope, int expected)
    {
        var costs = Costs(slope);

        Assert.Equal([expected], new DraftPlan().Share([new DraftOffer(8, chance, chance)], maxRows: 16, costs));
    }

    [Fact]
    public void Share_NothingMeasured_TriesWhatIsLikelyAlone()
    {
        var costs = new PassCosts(16);

        Assert.Equal([0], new DraftPlan().Share([new DraftOffer(8, .2, .2)], maxRows: 16, costs));
        Assert.InRange(new DraftPlan().Share([new DraftOffer(8, .9, .9)], maxRows: 16, costs)[0], 3, 8);
    }

    [Fact]
    public void Ratio_Measured_IsThatOfTheFastestPasses()
    {
        var costs = new PassCosts(16);
        foreach (var milliseconds in new[] { 90, 10, 12, 11 })
        {
            costs.Record(1, TimeSpan.FromMilliseconds(milliseconds));
            costs.Record(5, TimeSpan.FromMilliseconds(2 * milliseconds));
        }

        Assert.Equal(2, costs.Ratio(5, 1), 6);
        // Between what was measured, and behind it.
        Assert.Equal(1.5, costs.Ratio(3, 1), 6);
        Assert.Equal(3, costs.Ratio(9, 1), 6);
    }

    [Fact]
    public void Ratio_MeasuredLongAgo_IsForgotten()
    {
        var costs = new PassCosts(16);
        var unknown = costs.Ratio(2, 1);
        for (var pass = 0; pass < 2; pass++)
        {
            costs.Record(2, TimeSpan.FromSeconds(1));
            costs.Record(1, TimeSpan.FromMilliseconds(10));
        }
        Assert.Equal(100, costs.Ratio(2, 1), 6);

        for (var pass = 0; pass < 3000; pass++)
        {
            costs.Record(1, TimeSpan.FromMilliseconds(10));
        }
        Assert.Equal(unknown, costs.Ratio(2, 1), 6);
    }

    /// <summary>Each further token makes a pass so much longer than that of one.</summary>
    private static PassCosts Costs(double slope)
    {
        var costs = new PassCosts(16);
        for (var rows = 1; rows <= 16; rows++)
        {
            for (var pass = 0; pass < 2; pass++)
            {
                costs.Record(rows, TimeSpan.FromMilliseconds(100 * (1 + slope * (rows - 1))));
            }
        }
        return costs;
    }
}
