using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Generation.Batching.Prefixes;
using MlxActors.Models.Media;

namespace MlxActors.Generation.Tests.Batching.Prefixes;

/// <summary>The tree against a list that is searched from end to end, over random values that come and go.</summary>
public sealed class PrefixTreeProperties
{
    private const int Placeholder = 9;
    private const int ImageTokens = 3;

    private readonly PrefixTree<Item> _tree = new();
    private readonly List<Item> _list = [];

    [Property(MaxTest = 300)]
    public Property AnyComingsAndGoings_AnswersAreThoseOfAList() => Prop.ForAll(Courses, course =>
    {
        foreach (var (move, path, cut) in course)
        {
            var length = Math.Max(1, path.Length - cut);
            switch (move)
            {
                case < 6:
                    Add(path, length, shortest: Math.Max(0, length - cut * 2));
                    break;
                case < 8 when _list.Count > 0:
                    Remove(_list[cut % _list.Count]);
                    break;
                default:
                    AssertLongest(path, most: length);
                    break;
            }
            Assert.InRange(_tree.Places, 0, 2 * _list.Count);
        }
        _list.ToList().ForEach(Remove);
        Assert.Equal(0, _tree.Places);
    });

    [Fact]
    public void CommonLength_SameTokensOfAnotherImage_EndsBeforeIt()
    {
        var (cat, dog) = (PathOf("ab", 1, "cd"), PathOf("ab", 2, "cd"));

        Assert.Equal(2, cat.CommonLength(dog, 0, cat.Length));
        Assert.Equal(cat.Length, cat.CommonLength(PathOf("ab", 1, "cd"), 0, cat.Length));
    }

    [Fact]
    public void CommonLength_SameTokensWithTheImageAtAnotherPlace_EndsAtTheFirst()
    {
        var split = new TokenPath(
            [Placeholder, Placeholder, Placeholder, Placeholder, Placeholder, Placeholder],
            [Mark(0, 1), Mark(3, 2)]);

        Assert.Equal(3, split.CommonLength(split with { Media = [Mark(0, 1)] }, 0, 6));
        Assert.Equal(0, split.CommonLength(split with { Media = [Mark(1, 1)] }, 0, 6));
    }

    /// <summary>Texts of two letters and up to two images of two, so that they often begin alike.</summary>
    private static Arbitrary<(int Move, TokenPath Path, int Cut)[]> Courses
    {
        get
        {
            var text = Gen.Choose(0, 4).SelectMany(count => Gen.Elements('a', 'b').ListOf(count)).Select(letters => string.Concat(letters));
            var image = Gen.Choose(1, 2);
            var path = Gen.OneOf(
                text.Select(only => PathOf("a" + only)),
                from before in text from shown in image from after in text select PathOf(before, shown, after),
                from first in image from between in text from second in image select PathOf(first, between, second));
            return (from move in Gen.Choose(0, 9) from tokens in path from cut in Gen.Choose(0, 4) select (move, tokens, cut))
                .ListOf(30).Select(moves => moves.ToArray()).ToArbitrary();
        }
    }

    private static TokenPath PathOf(params object[] parts)
    {
        var (tokens, media) = (ImmutableArray.CreateBuilder<int>(), ImmutableArray.CreateBuilder<MediaMark>());
        foreach (var part in parts)
        {
            if (part is int image)
            {
                media.Add(Mark(tokens.Count, image));
                tokens.AddRange(Enumerable.Repeat(Placeholder, ImageTokens));
            }
            else
            {
                tokens.AddRange(((string)part).Select(letter => letter - 'a'));
            }
        }
        return new TokenPath(tokens.ToImmutable(), media.ToImmutable());
    }

    private static MediaMark Mark(int position, int image) => new(position, ImageTokens, new ContentHash($"{image}"));

    /// <summary>Place by place; slow and plain.</summary>
    private static int Common(TokenPath one, TokenPath other)
    {
        var length = 0;
        while (length < Math.Min(one.Length, other.Length) && one[length] == other[length])
        {
            length++;
        }
        return length;
    }

    private void Add(TokenPath path, int length, int shortest)
    {
        var covers = _list.Where(item => Serves(item, path, length, shortest)).ToList();
        Assert.Equal(covers.Count > 0, _tree.TryCover(path, length, shortest, out var known));
        if (known is not null)
        {
            Assert.Contains(known, covers);
            return;
        }
        var covered = _tree.Covered(path, length, shortest);
        Assert.Equal(
            _list.Where(item => item.Length <= length && item.Shortest >= shortest && Common(item.Path, path) >= item.Length).ToHashSet(),
            covered.ToHashSet());
        covered.ToList().ForEach(Remove);
        var item = new Item(path, length, shortest);
        item.Place = _tree.Add(path, length, shortest, item);
        _list.Add(item);
    }

    private void Remove(Item item)
    {
        _tree.Remove(item.Place!);
        _list.Remove(item);
    }

    private void AssertLongest(TokenPath path, int most)
    {
        var best = _list
            .Select(item => (Item: item, Length: Math.Min(most, Math.Min(item.Length, Common(item.Path, path)))))
            .Where(found => found.Length > 0 && found.Length >= found.Item.Shortest)
            .Select(found => found.Length)
            .DefaultIfEmpty(0)
            .Max();

        var found = _tree.Longest(path, most);

        Assert.Equal(best, found?.Length ?? 0);
        Assert.True(found is not var (length, item) || Serves(item, path, length, length));
    }

    private static bool Serves(Item item, TokenPath path, int length, int shortest) =>
        item.Length >= length && item.Shortest <= shortest && Common(item.Path, path) >= length;

    private sealed class Item(TokenPath path, int length, int shortest)
    {
        public TokenPath Path => path;

        public int Length => length;

        public int Shortest => shortest;

        public PrefixTree<Item>.IPlace? Place { get; set; }
    }
}
