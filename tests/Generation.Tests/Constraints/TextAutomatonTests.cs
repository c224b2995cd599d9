using System.Text;
using System.Text.RegularExpressions;
using FsCheck.Xunit;
using MlxActors.Generation.Constraints.Schemas;

namespace MlxActors.Generation.Tests.Constraints;

/// <summary>Patterns as automata, against .NET's regular expressions.</summary>
public sealed class TextAutomatonTests
{
    private static readonly string[] Sources =
    [
        "^(?!\\.)(?!.*\\.\\.)([a-c.]*)[ab]@([a-c]+\\.)+[a-c]{2,}$", "a", "^a|b$", "^(?=.*a)(?=.*b).{2,5}$", "^(?:(?!ab)[a-c])*$",
        "^$|^(?:[ab]{2})*c?$", "^P(?:(a+W)|(?!.*W)(?=a|T[ab])(a+Y)?(T(?=a)(a+H)?(b+M)?)?)$", "^(?!^[-+.]*$)[+-]?0*[0-2]*\\.?[0-2]*$",
        "^(a|b$)c?", "^a{0}b?{", "[^a]{2}", "^(?=.{1,4}\\.?$)[ab]+(\\.[ab]+)*$",
        "^.?(?!a)b", "(?=ab|ba)[ab]+$", "^(?!(?!a)b)[ab]*$", "^a(?=b+$)[a-c]*$",
    ];

    private const string Letters = "abc.@WPTHMY012+-{";

    public static TheoryData<string> Patterns => [.. Sources];

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Matches_IsWhatRegularExpressionsSay(string source)
    {
        var (texts, random, matches) = (Of(source), new Random(1), 0);
        var regex = new Regex(source, RegexOptions.CultureInvariant);
        var letters = Letters.Where(letter => source.Contains(letter)).Append('c').ToArray();
        for (var i = 0; i < 4000; i++)
        {
            var text = i % 2 == 0 ? new string(random.GetItems(letters, random.Next(9))) : Walk(texts, random);
            matches += regex.IsMatch(text) ? 1 : 0;
            Assert.True(regex.IsMatch(text) == texts.Matches(text), $"'{text}' by {source}");
        }
        Assert.NotEqual(0, matches);
    }

    [Property]
    public bool Sets_AreJoinedAndTakenFromEachOther(byte one, byte other, int seed, byte least, byte more)
    {
        var (left, right) = (Of(Sources[one % Sources.Length]), Of(Sources[other % Sources.Length]));
        var (both, not) = (TextAutomaton.Of(Pattern.Both(new Pattern.Found(left), new Pattern.Found(right))), left.Complement());
        var (fewest, most) = (least % 5, least % 5 + more % 5);
        var bounded = left.WithLength(fewest, most);
        var random = new Random(seed);
        return Enumerable.Range(0, 200).All(_ =>
        {
            var text = new string(random.GetItems(Letters.ToArray(), random.Next(8)));
            return both.Matches(text) == (left.Matches(text) && right.Matches(text))
                && not.Matches(text) != left.Matches(text)
                && bounded.Matches(text) == (left.Matches(text) && text.Length >= fewest && text.Length <= most)
                && left.Merged().Matches(text) == left.Matches(text)
                && left.WithLength(fewest, null).Matches(text) == (left.Matches(text) && text.Length >= fewest);
        });
    }

    [Fact]
    public void NoText_IsEmpty()
    {
        Assert.True(Of("^(?=a)b").IsEmpty);
        Assert.True(Of("^a+$").Complement().Complement().WithLength(2, 1).IsEmpty);
        Assert.True(TextAutomaton.Of(Pattern.Anything).Complement().IsEmpty);
        Assert.False(TextAutomaton.Of(Pattern.Anything).Complement().Complement().IsEmpty);
    }

    [Fact]
    public void Merged_HasTheFewestStates() => Assert.Equal(2, Of("^(aa*|a[ab])[ab]*$").Merged().States.Length);

    [Fact]
    public void States_BeyondTheLimit_AreAnError() => Assert.Throws<TooManyStatesException>(() => Of("^[ab]*a[ab]{20}$"));

    /// <summary>A text that the automaton has, or the beginning of one.</summary>
    private static string Walk(TextAutomaton texts, Random random)
    {
        var (text, state) = (new StringBuilder(), texts.States[0]);
        while (!state.Edges.IsEmpty && !(state.IsEnd && random.Next(4) == 0) && random.Next(20) > 0)
        {
            var (characters, target) = state.Edges[random.Next(state.Edges.Length)];
            var (first, last) = characters.Ranges[random.Next(characters.Ranges.Length)];
            text.Append(new Rune(random.Next(first, Math.Min(last, first + 5) + 1)));
            state = texts.States[target];
        }
        return text.ToString();
    }

    private static TextAutomaton Of(string source) =>
        TextAutomaton.Of(PatternReader.Read(source, out var fault) ?? throw new InvalidOperationException(fault));
}
