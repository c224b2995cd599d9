using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Native.Tensors.Choosing;

namespace MlxActors.Native.Tests.Choosing;

public sealed class LogitsFiltersTests
{
    [Fact]
    public void TopK_MoreThanTheVocabulary_KeepsAll() => Assert.Equal([0, 1, 2], Kept([1, 2, 3], TokenFilters.None with { TopK = 5 }));

    [Fact]
    public void TopK_Two_KeepsTheTwoBest() => Assert.Equal([1, 3], Kept([1, 5, 2, 4], TokenFilters.None with { TopK = 2 }));

    [Fact]
    public void TopK_TieAtTheBorder_KeepsBoth() => Assert.Equal([0, 1, 3], Kept([4, 5, 2, 4], TokenFilters.None with { TopK = 2 }));

    [Fact]
    public void TopP_Half_KeepsTheFewestThatHoldHalf() =>
        Assert.Equal([0, 2], Kept([.4f, .2f, .3f, .1f], TokenFilters.None with { TopP = .5 }));

    [Fact]
    public void TopP_Zero_KeepsTheBest() => Assert.Equal([2], Kept([.2f, .3f, .5f], TokenFilters.None with { TopP = 0 }));

    [Fact]
    public void TopP_MassFarBelowTheHead_WidensTheHead()
    {
        // One token at 1/2, and a thousand that share the other half: far more than one stride below the best.
        float[] logits = [MathF.Log(.5f), .. Enumerable.Repeat(MathF.Log(.5f / 100_000), 100_000)];

        Assert.Single(Filtered(logits, TokenFilters.None with { TopP = .4 }));
        Assert.Equal(100_001, Filtered(logits, TokenFilters.None with { TopP = .9 }).Count);
    }

    [Fact]
    public void TopP_ImpossibleTokens_AreLeftOut() =>
        Assert.Equal([0, 2], Filtered([1, float.NegativeInfinity, 1], TokenFilters.None with { TopP = .9999999 }));

    [Fact]
    public void MinP_Half_KeepsThoseAtLeastHalfAsLikely() =>
        Assert.Equal([0, 2], Kept([.4f, .15f, .3f, .15f], TokenFilters.None with { MinP = .5 }));

    [Fact]
    public void Apply_AllFilters_TemperatureComesBeforeTopP() =>
        // At temperature 0.5 the odds 0.6 : 0.4 become 0.69 : 0.31, so that the first alone holds 0.65.
        Assert.Equal([0], Kept([.6f, .4f], new TokenFilters(.5f, null, TopP: .65, null)));

    [Fact]
    public void Temperature_Half_SquaresTheOdds()
    {
        var candidates = Apply(TokenFilters.None with { Temperature = .5f }, [MathF.Log(.8f), MathF.Log(.2f)]);

        Assert.Equal(16, MathF.Exp(candidates.Logits[0] - candidates.Logits[1]), 3);
    }

    [Property]
    public Property TopK_AnyLogits_KeepsExactlyWhatASortWouldKeep() => Prop.ForAll(Rows, Gen.Choose(1, 40).ToArbitrary(), (row, k) =>
    {
        var border = row.OrderDescending().ElementAt(Math.Min(k, row.Length) - 1);
        var expected = Enumerable.Range(0, row.Length).Where(id => row[id] >= border);
        return Filtered(row, TokenFilters.None with { TopK = k }).SequenceEqual(expected);
    });

    [Property]
    public Property TopP_AnyLogits_KeepsEnoughAndNoMoreThanNeeded() => Prop.ForAll(Rows, Gen.Choose(1, 99).ToArbitrary(), (row, percent) =>
    {
        var weights = row.Select(logit => Math.Exp(logit - row.Max())).ToArray();
        var wanted = percent / 100.0 * weights.Sum();
        var kept = Filtered(row, TokenFilters.None with { TopP = percent / 100.0 });
        var least = kept.Min(id => row[id]);
        // Float32 rounding moves the border by a hair.
        return kept.Sum(id => weights[id]) >= wanted * (1 - 1e-5)
            && kept.Where(id => row[id] > least).Sum(id => weights[id]) < wanted * (1 + 1e-5);
    });

    [Property]
    public Property AnyFilters_InAFold_NeverLeaveOutTheBest() => Prop.ForAll(Rows, row =>
    {
        var best = Array.IndexOf(row, row.Max());
        return Filtered(row, new TokenFilters(.3f, TopK: 3, TopP: .2, MinP: .9)).Contains(best);
    });

    private static Arbitrary<float[]> Rows =>
        Gen.Choose(-2000, 2000).Select(number => number / 100f).NonEmptyListOf().Select(row => row.ToArray()).ToArbitrary();

    /// <summary>Ids kept of a row given as probabilities.</summary>
    private static IEnumerable<int> Kept(float[] probabilities, TokenFilters filters) =>
        Filtered([.. probabilities.Select(probability => MathF.Log(probability))], filters);

    private static List<int> Filtered(float[] logits, TokenFilters filters) => [.. Apply(filters, logits).Ids];

    private static Candidates Apply(TokenFilters filters, float[] logits)
    {
        var candidates = new Candidates();
        candidates.Load(logits);
        LogitsFilters.Apply(filters, candidates);
        return candidates;
    }
}
