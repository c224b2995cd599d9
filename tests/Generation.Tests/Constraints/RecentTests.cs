using MlxActors.Generation.Constraints;

namespace MlxActors.Generation.Tests.Constraints;

public sealed class RecentTests
{
    [Fact]
    public void Add_OfAKnownKey_GivesTheFirstValue()
    {
        var recent = new Recent<string>(10, _ => 1);

        recent.Add("a", "first");

        Assert.Equal("first", recent.Add("a", "second"));
        Assert.Equal("first", recent.Find("a"));
    }

    [Fact]
    public void Add_BeyondTheWeight_ForgetsWhatWasNotUsedForLongest()
    {
        var recent = new Recent<string>(3, value => value.Length);
        recent.Add("a", "1");
        recent.Add("b", "1");
        recent.Find("a");

        recent.Add("c", "22");

        Assert.Equal(("1", null, "22"), (recent.Find("a"), recent.Find("b"), recent.Find("c")));
    }

    [Fact]
    public void Add_OfWhatIsTooHeavy_KeepsNothingOfIt()
    {
        var recent = new Recent<string>(3, value => value.Length);

        Assert.Equal("4444", recent.Add("a", "4444"));
        Assert.Null(recent.Find("a"));
    }
}
