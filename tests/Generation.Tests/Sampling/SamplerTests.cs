using FsCheck.Xunit;
using MlxActors.Generation.Sampling;
using MlxActors.Models;
using MlxActors.Native.Tensors.Choosing;
using MlxActors.Native.Tests;

namespace MlxActors.Generation.Tests.Sampling;

public sealed class SamplerTests
{
    private static readonly float[] Row = [MathF.Log(.5f), MathF.Log(.3f), MathF.Log(.2f)];

    [Fact]
    public void Next_Greedy_IsTheFirstOfTheBest() =>
        Assert.Equal(1, new Sampler().Next([1, 3, 2, 3], SamplingPolicy.Greedy.Instance, 0));

    [Fact]
    public void Next_Drawing_FollowsTheProbabilities()
    {
        var policy = new SamplingPolicy.Draw(TokenFilters.None, Seed: 17);
        var sampler = new Sampler();

        var counts = Enumerable.Range(0, 20_000).CountBy(index => sampler.Next(Row, policy, index)).ToDictionary();

        // Five standard deviations of a binomial count.
        Assert.InRange(counts[0], 10_000 - 354, 10_000 + 354);
        Assert.InRange(counts[1], 6_000 - 325, 6_000 + 325);
        Assert.InRange(counts[2], 4_000 - 283, 4_000 + 283);
    }

    [Fact]
    public void Next_TokenLeftOut_IsNeverDrawn()
    {
        var policy = new SamplingPolicy.Draw(TokenFilters.None with { TopK = 2 }, Seed: 5);
        var sampler = new Sampler();

        Assert.DoesNotContain(2, Enumerable.Range(0, 2_000).Select(index => sampler.Next(Row, policy, index)));
    }

    [Property]
    public bool Next_SameSeedAndIndex_IsTheSameWhateverCameBetween(ulong seed, ulong other, byte index)
    {
        var policy = new SamplingPolicy.Draw(TokenFilters.None with { TopP = .9 }, seed);
        var sampler = new Sampler();

        var alone = sampler.Next(Row, policy, index);
        sampler.Next([3, 2, 1, 0, 5], new SamplingPolicy.Draw(TokenFilters.None, other), 3);

        return sampler.Next(Row, policy, index) == alone && new Sampler().Next(Row, policy, index) == alone;
    }

    [Fact]
    public void Next_NeighbouringSeeds_GiveDifferentAnswers()
    {
        var sampler = new Sampler();

        var answers = Enumerable.Range(0, 100).Select(seed =>
            string.Join(',', Enumerable.Range(0, 64).Select(
                index => sampler.Next(Row, new SamplingPolicy.Draw(TokenFilters.None, (ulong)seed), index))));

        Assert.Equal(100, answers.Distinct().Count());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Next_LogitsNotFinite_Throws(float broken) =>
        Assert.Throws<NotFiniteNumberException>(() => new Sampler().Next([0, broken, 1], SamplingPolicy.Greedy.Instance, 0));

    [Fact]
    public void Next_WarmSampler_AllocatesNothing()
    {
        var sampler = new Sampler();
        var policy = SamplingPolicy.Resolve(new SamplingOptions(.7, .9, 40, .01, 1), SamplingDefaults.Silent, 0);
        var logits = Enumerable.Range(0, 1000).Select(i => MathF.Sin(i)).ToArray();
        sampler.Next(logits, policy, 0);

        var allocated = Allocations.LeastOf(() =>
        {
            for (var index = 0; index < 100; index++)
            {
                sampler.Next(logits, policy, index);
            }
        });

        Assert.Equal(0, allocated);
    }
}
