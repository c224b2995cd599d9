using MlxActors.Generation.Speculation;

namespace MlxActors.Generation.Tests.Speculation;

public sealed class TokenLookupTests
{
    [Theory]
    [InlineData(new[] { 1, 2, 3, 1, 2 }, 2, 2)]
    [InlineData(new[] { 1, 2, 3, 9, 1, 2, 4, 1, 2 }, 6, 2)]
    [InlineData(new[] { 7, 1, 2, 3, 9, 1, 2, 4, 7, 1, 2 }, 3, 3)]
    [InlineData(new[] { 5, 6, 7, 8, 1, 5, 6, 7, 8 }, 4, 4)]
    [InlineData(new[] { 9, 5, 6, 7, 8, 1, 9, 5, 6, 7, 8 }, 5, 4)]
    [InlineData(new[] { 1, 1, 1 }, 2, 2)]
    public void Find_LastTokensStoodBefore_IsTheLastOfTheLongestPlaces(int[] tokens, int next, int length) =>
        Assert.Equal(new TokenMatch(next, length), Lookup(tokens).Find());

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 1 })]
    [InlineData(new[] { 1, 1 })]
    [InlineData(new[] { 1, 2, 3, 2, 1 })]
    [InlineData(new[] { 1, TokenLookup.Gap, 2, 1, TokenLookup.Gap, 2 })]
    public void Find_NothingStoodBefore_IsNothing(int[] tokens) => Assert.Equal(0, Lookup(tokens).Find().Length);

    [Theory]
    [InlineData(new[] { 1, 2, 3, 4, 1, 2 }, new[] { 3, 4, 1, 2, 3, 4, 1 })]
    [InlineData(new[] { 1, 1, 1 }, new[] { 1, 1, 1, 1, 1, 1, 1 })]
    [InlineData(new[] { 1, 2, 3, TokenLookup.Gap, 1, 2 }, new[] { 3 })]
    public void CopyTo_FromAMatch_GoesOnAsThereAndRepeatsBehindTheEnd(int[] tokens, int[] expected)
    {
        var lookup = Lookup(tokens);
        var draft = new List<int>();

        lookup.CopyTo(draft, lookup.Find().Next, count: 7);

        Assert.Equal(expected, draft);
    }

    [Fact]
    public void Find_RandomText_IsWhatASearchFinds()
    {
        var random = new Random(1);
        var (lookup, text) = (new TokenLookup(2, 4, capacity: 0), new List<int>());
        for (var i = 0; i < 2000; i++)
        {
            text.Add(random.Next(7));
            lookup.Add(text[^1]);
            Assert.Equal(Search(text), lookup.Find());
        }
    }

    private static TokenMatch Search(List<int> text)
    {
        for (var length = Math.Min(4, text.Count - 1); length >= 2; length--)
        {
            for (var end = text.Count - 1; end >= length; end--)
            {
                if (text[(end - length)..end].SequenceEqual(text[^length..]))
                {
                    return new TokenMatch(end, length);
                }
            }
        }
        return default;
    }

    private static TokenLookup Lookup(int[] tokens)
    {
        var lookup = new TokenLookup(2, 4, tokens.Length);
        Array.ForEach(tokens, lookup.Add);
        return lookup;
    }
}
