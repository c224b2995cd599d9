using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Generation.Stopping;

namespace MlxActors.Generation.Tests.Stopping;

public sealed class StopTextTests
{
    [Fact]
    public void Add_NoStops_GivesEverythingAtOnce() => Assert.Equal(["ab", "c"], Given([], "ab", "c"));

    [Fact]
    public void Add_StopInOnePiece_EndsBeforeIt() => Assert.Equal("one ", All(["END"], "one END two"));

    [Fact]
    public void Add_StopAcrossPieces_NeverShowsItsBeginning() => Assert.Equal(["a", ""], Given(["END"], "aE", "ND"));

    [Fact]
    public void Add_BeginningThatComesToNothing_IsGivenLate() => Assert.Equal(["a", "", "ENDx"], Given(["ENDE"], "aE", "ND", "x"));

    [Fact]
    public void Add_TwoStopsOneInsideTheOther_TheOneThatCompletesFirstCounts() => Assert.Equal("xa", All(["abcd", "bc"], "xabcd"));

    [Fact]
    public void Add_TwoStopsThatCompleteTogether_TheLongerCounts() => Assert.Equal("x", All(["bc", "abc"], "xabc"));

    [Property(MaxTest = 1000)]
    public Property Add_AnyCutOfAText_GivesTheSameAnswer() => Prop.ForAll(Texts, Stops, Cuts, (text, stops, cuts) =>
        All(stops, Pieces(text, cuts)) == Model(text, stops));

    [Property(MaxTest = 1000)]
    public Property Add_AnyCutOfAText_NeverTakesBackWhatItGave() => Prop.ForAll(Texts, Stops, Cuts, (text, stops, cuts) =>
    {
        var (answer, given) = (Model(text, stops), "");
        return Given(stops, Pieces(text, cuts)).All(piece => answer.StartsWith(given += piece, StringComparison.Ordinal));
    });

    [Property(MaxTest = 1000)]
    public Property Add_AnyCutOfAText_HoldsBackNoMoreThanMayBecomeAStop() => Prop.ForAll(Texts, Stops, (text, stops) =>
    {
        var (next, _, stopped) = StopText.Of([.. stops]).Add(text);
        return stopped || next.Held.Length == 0 || stops.Any(stop => stop.StartsWith(next.Held, StringComparison.Ordinal));
    });

    // Two letters, so that stop texts are met often, and overlap.
    private static Arbitrary<string> Texts => Gen.Elements('a', 'b').ListOf().Select(letters => string.Concat(letters)).ToArbitrary();

    private static Arbitrary<string[]> Stops =>
        Gen.Elements('a', 'b', 'c').NonEmptyListOf().Select(letters => string.Concat(letters))
            .ListOf().Select(stops => stops.ToArray()).ToArbitrary();

    private static Arbitrary<int[]> Cuts => Gen.Choose(0, 3).ListOf().Select(cuts => cuts.ToArray()).ToArbitrary();

    /// <summary>The definition: letter by letter, until the text so far ends with a stop text.</summary>
    private static string Model(string text, string[] stops)
    {
        for (var end = 1; end <= text.Length; end++)
        {
            var ending = stops.Where(stop => text[..end].EndsWith(stop, StringComparison.Ordinal)).MaxBy(stop => stop.Length);
            if (ending is not null)
            {
                return text[..(end - ending.Length)];
            }
        }
        return text;
    }

    private static string[] Pieces(string text, int[] cuts)
    {
        var pieces = new List<string>();
        foreach (var cut in cuts)
        {
            var length = Math.Min(cut, text.Length);
            pieces.Add(text[..length]);
            text = text[length..];
        }
        return [.. pieces, text];
    }

    private static string All(string[] stops, params string[] pieces)
    {
        var (state, answer) = (StopText.Of([.. stops]), "");
        foreach (var piece in pieces)
        {
            (state, var text, var stopped) = state.Add(piece);
            answer += text;
            if (stopped)
            {
                return answer;
            }
        }
        return answer + state.Held;
    }

    /// <summary>What each piece brought out, up to the stop text.</summary>
    private static List<string> Given(string[] stops, params string[] pieces)
    {
        var (state, given) = (StopText.Of([.. stops]), new List<string>());
        foreach (var piece in pieces)
        {
            (state, var text, var stopped) = state.Add(piece);
            given.Add(text);
            if (stopped)
            {
                break;
            }
        }
        return given;
    }
}
