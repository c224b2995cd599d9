using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Generation.Batching;
using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Generation.Tests.Batching;

public sealed class FeatureCacheTests
{
    private readonly List<CountedFeatures> _made = [];

    private IEnumerable<CountedFeatures> Live => _made.Where(features => features.Freed == 0);

    [Fact]
    public void Use_SameContentTwice_EncodesOnce()
    {
        using var cache = new FeatureCache(100);

        var (first, second) = (Use(cache, "a", 10), Use(cache, "a", 10));

        Assert.Single(_made);
        Assert.Equal(first.Value, second.Value);
        Assert.Equal(new FeatureCounts(Hits: 1, Misses: 1, Bytes: 10), cache.Counts);
    }

    [Fact]
    public void Dispose_OfOneOfTwoUses_LeavesTheOther()
    {
        using var cache = new FeatureCache(0);
        var (first, second) = (Use(cache, "a", 10), Use(cache, "a", 10));

        first.Dispose();
        first.Dispose();
        Assert.Single(Live);
        second.Dispose();

        Assert.Empty(Live);
        Assert.Equal(0, cache.Counts.Bytes);
    }

    [Fact]
    public void Use_WhatNoneUsesButFits_EncodesNothing()
    {
        using var cache = new FeatureCache(20);
        Use(cache, "a", 10).Dispose();
        Use(cache, "b", 10).Dispose();

        Use(cache, "a", 10).Dispose();

        Assert.Equal(2, _made.Count);
        Assert.Equal(20, cache.Counts.Bytes);
    }

    [Fact]
    public void Use_MoreThanTheBudgetHolds_FreesTheLeastRecentlyUsed()
    {
        using var cache = new FeatureCache(20);
        Use(cache, "a", 10).Dispose();
        Use(cache, "b", 10).Dispose();
        Use(cache, "a", 10).Dispose();

        Use(cache, "c", 10).Dispose();

        Assert.Equal((true, false, true), (Holds(cache, "a"), Holds(cache, "b"), Holds(cache, "c")));
    }

    [Fact]
    public void Use_OfMoreThanTheBudgetAtATime_FreesNoneOfThemUntilTheyAreReleased()
    {
        using var cache = new FeatureCache(15);
        var (first, second) = (Use(cache, "a", 10), Use(cache, "b", 10));

        Assert.Equal(2, Live.Count());
        first.Dispose();

        Assert.Equal((false, true), (Holds(cache, "a"), Holds(cache, "b")));
        second.Dispose();
        Assert.True(Holds(cache, "b"));
    }

    [Fact]
    public void Use_EncodeThatThrows_KeepsNothing()
    {
        using var cache = new FeatureCache(100);
        var use = () => cache.Use(new ContentHash("a"), () => throw new InvalidOperationException("too hard"));

        Assert.Equal("too hard", Assert.Throws<InvalidOperationException>(use).Message);

        Assert.False(Holds(cache, "a"));
        Use(cache, "a", 10);
        Assert.Equal(10, cache.Counts.Bytes);
    }

    [Fact]
    public void Dispose_WhileFeaturesAreInUse_FreesThemWithTheirLastUse()
    {
        var cache = new FeatureCache(100);
        var used = Use(cache, "a", 10);
        Use(cache, "b", 10).Dispose();

        cache.Dispose();
        Assert.Single(Live);
        used.Dispose();

        Assert.Empty(Live);
    }

    /// <summary>A number of at least 0 uses the content of that number, one below 0 ends one of the uses.</summary>
    [Property]
    public Property Use_AnyUsesAndReleases_KeepsToTheBudgetAndFreesEachOnce() => Prop.ForAll(Steps, Budgets, (steps, budget) =>
    {
        _made.Clear();
        var cache = new FeatureCache(budget);
        var uses = new List<(string Content, KeptTensor Features)>();
        foreach (var step in steps)
        {
            if (step >= 0)
            {
                uses.Add(($"{step}", Use(cache, $"{step}", 1 + step * 7)));
            }
            else if (uses.Count > 0)
            {
                uses[-step % uses.Count].Features.Dispose();
                uses.RemoveAt(-step % uses.Count);
            }
            AssertSound(cache, budget, uses);
        }
        uses.ForEach(use => use.Features.Dispose());
        Assert.InRange(Live.Sum(features => features.Value.Bytes), 0, budget);
        cache.Dispose();
        Assert.All(_made, features => Assert.Equal(1, features.Freed));
        Assert.Equal(0, cache.Counts.Bytes);
    });

    private static Arbitrary<int[]> Steps => Gen.Choose(-10, 9).ListOf().Select(steps => steps.ToArray()).ToArbitrary();

    private static Arbitrary<int> Budgets => Gen.Choose(0, 150).ToArbitrary();

    private void AssertSound(FeatureCache cache, long budget, List<(string Content, KeptTensor Features)> uses)
    {
        var used = uses.Select(use => use.Content).Distinct().ToList();
        Assert.All(uses, use => Assert.Contains(Live, features => features.Content == use.Content && features.Value == use.Features.Value));
        Assert.Equal(Live.Count(), Live.Select(features => features.Content).Distinct().Count());
        var bytes = Live.Sum(features => features.Value.Bytes);
        Assert.Equal(cache.Counts.Bytes, bytes);
        Assert.True(bytes <= budget || Live.Count() == used.Count, $"{bytes} bytes held against a budget of {budget}");
    }

    private static bool Holds(FeatureCache cache, string content) => cache.Holds(new ContentHash(content));

    private KeptTensor Use(FeatureCache cache, string content, int bytes) => cache.Use(new ContentHash(content), () =>
    {
        _made.Add(new CountedFeatures(content, bytes));
        return _made[^1];
    });

    private sealed class CountedFeatures(string content, int bytes) : KeptTensor, ITensorStorage
    {
        public string Content => content;

        public int Freed { get; private set; }

        public override Tensor Value => new(this, 0, new Shape(bytes), DType.UInt8);

        protected override void Dispose(bool disposing) => Freed++;
    }
}
