using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Generation.Sampling;

namespace MlxActors.Generation.Tests.Sampling;

public sealed class TokenScoresTests
{
    private static readonly float[] Row = [MathF.Log(.2f), MathF.Log(.5f), MathF.Log(.2f), MathF.Log(.1f)];

    [Fact]
    public void Of_Row_IsTheLogOfTheProbabilities()
    {
        var scores = TokenScores.Of(Row, token: 3, top: 3);

        Assert.Equal(3, scores.Chosen.Token);
        Assert.Equal(Math.Log(.1), scores.Chosen.Logprob, 5);
        Assert.Equal([1, 0, 2], scores.Top.Select(token => token.Token));
        Assert.Equal(Math.Log(.5), scores.Top[0].Logprob, 5);
    }

    [Fact]
    public void Of_NoTopWanted_HasNone() => Assert.Empty(TokenScores.Of(Row, token: 0, top: 0).Top);

    [Fact]
    public void Of_MoreThanTheVocabulary_HasAll() => Assert.Equal(4, TokenScores.Of(Row, token: 0, top: 20).Top.Length);

    [Fact]
    public void Of_LargeLogits_DoesNotOverflow() => Assert.Equal(0, TokenScores.Of([1000, -1000], token: 0, top: 1).Top[0].Logprob);

    [Property]
    public Property Of_AnyRow_IsWhatASortAndASumGive() => Prop.ForAll(
        Gen.Choose(-2000, 2000).Select(number => number / 100f).NonEmptyListOf().Select(row => row.ToArray()).ToArbitrary(),
        Gen.Choose(0, 20).ToArbitrary(),
        (row, top) =>
        {
            var normalizer = Math.Log(row.Sum(logit => Math.Exp(logit)));
            var expected = row.Index().OrderByDescending(token => token.Item).ThenBy(token => token.Index).Take(top).ToArray();
            var scores = TokenScores.Of(row, token: 0, top);
            return scores.Top.Select(token => token.Token).SequenceEqual(expected.Select(token => token.Index))
                && scores.Top.Zip(expected).All(pair => Math.Abs(pair.First.Logprob - (pair.Second.Item - normalizer)) < 1e-4)
                && Math.Abs(scores.Chosen.Logprob - (row[0] - normalizer)) < 1e-4;
        });
}
