using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace MlxActors.Standins.Tests.Configuration;

public sealed class HoconSpecs
{
    [Fact]
    public void Keys_NestedAndDotted_AreTheSamePath()
    {
        Config config = "a { b { c = 1 } }\na.b.d = 2";
        Assert.Equal(1, config.GetInt("a.b.c"));
        Assert.Equal(2, config.GetInt("a.b.d"));
    }

    [Theory]
    [InlineData("x = plain text", "plain text")]
    [InlineData("x : colon", "colon")]
    [InlineData("x = \"quoted # not a comment\"", "quoted # not a comment")]
    [InlineData("x = \"a\\tb\"", "a\tb")]
    [InlineData("x = \"\"\"raw \"text\" \\n\"\"\"", "raw \"text\" \\n")]
    [InlineData("x = value # comment", "value")]
    [InlineData("x = value // comment", "value")]
    [InlineData("x = first\nx = second", "second")]
    [InlineData("x = ${y}\ny = referred", "referred")]
    [InlineData("y = b\nx = a${y}c", "abc")]
    [InlineData("{ x = braced }", "braced")]
    public void Text_AsWritten_IsRead(string hocon, string expected) =>
        Assert.Equal(expected, ConfigurationFactory.ParseString(hocon).GetString("x"));

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("2s", 2000)]
    [InlineData("2 seconds", 2000)]
    [InlineData("1.5 s", 1500)]
    [InlineData("3m", 180_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("250", 250)]
    public void Duration_WithItsUnit_IsRead(string text, double milliseconds) =>
        Assert.Equal(milliseconds, ConfigurationFactory.ParseString($"x = {text}").GetTimeSpan("x").TotalMilliseconds);

    [Fact]
    public void Duration_Infinite_IsTheInfiniteTimeout() =>
        Assert.Equal(Timeout.InfiniteTimeSpan, ConfigurationFactory.ParseString("x = infinite").GetTimeSpan("x"));

    [Theory]
    [InlineData("512", 512L)]
    [InlineData("512b", 512L)]
    [InlineData("128 KiB", 131_072L)]
    [InlineData("128K", 131_072L)]
    [InlineData("128kB", 128_000L)]
    [InlineData("2MiB", 2_097_152L)]
    [InlineData("2MB", 2_000_000L)]
    [InlineData("4GiB", 4_294_967_296L)]
    public void Size_WithItsUnit_IsRead(string text, long bytes) =>
        Assert.Equal(bytes, ConfigurationFactory.ParseString($"x = {text}").GetByteSize("x"));

    [Theory]
    [InlineData("on", true)]
    [InlineData("off", false)]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public void Boolean_InEveryForm_IsRead(string text, bool expected) =>
        Assert.Equal(expected, ConfigurationFactory.ParseString($"x = {text}").GetBoolean("x"));

    [Fact]
    public void List_OnOneLineOrSeveral_IsRead()
    {
        Config config = "short = [a, \"b c\", 3]\nlong = [\n  one\n  two\n]";
        Assert.Equal(["a", "b c", "3"], config.GetStringList("short"));
        Assert.Equal(["one", "two"], config.GetStringList("long"));
    }

    [Fact]
    public void Object_NamedTwice_IsMerged()
    {
        Config config = "x { a = 1, b = 1 }\nx { b = 2, c = 3 }";
        Assert.Equal((1, 2, 3), (config.GetInt("x.a"), config.GetInt("x.b"), config.GetInt("x.c")));
    }

    [SkippableFact]
    public void OptionalSubstitution_OfTheEnvironment_TakesItsVariable()
    {
        SkipOnThePackage("reads no environment variables");
        var variable = $"STANDINS_{Guid.NewGuid():N}";
        Environment.SetEnvironmentVariable(variable, "from outside");
        Assert.Equal("from outside", ConfigurationFactory.ParseString($"x = ${{?{variable}}}").GetString("x"));
        Assert.Equal("before", ConfigurationFactory.ParseString($"x = before\nx = ${{?NOT_{variable}}}").GetString("x"));
    }

    [SkippableFact]
    public void PlusEquals_AppendsToAList()
    {
        SkipOnThePackage("takes the plus for a part of the key");
        Assert.Equal(["a", "b"], ConfigurationFactory.ParseString("x = [a]\nx += b").GetStringList("x"));
    }

    [Fact]
    public void OptionalSubstitution_OfNothing_LeavesThePathOut() =>
        Assert.Null(ConfigurationFactory.ParseString("x = ${?NO_SUCH_VARIABLE_HERE}").GetString("x"));

    [Fact]
    public void Substitution_OfNothing_IsAFormatError() =>
        Assert.Throws<FormatException>(() => ConfigurationFactory.ParseString("x = ${no.such.path}"));

    [Fact]
    public void Include_TakesInWhatTheCallbackGives()
    {
        var config = ConfigurationFactory.ParseString(
            "include \"other.conf\"\nx.b = 2",
            name => new HoconRoot(ConfigurationFactory.ParseString($"name = {name}\nx.a = 1").Root));
        Assert.Equal("other.conf", config.GetString("name"));
        Assert.Equal((1, 2), (config.GetInt("x.a"), config.GetInt("x.b")));
    }

    [Fact]
    public void Fallback_FillsInWhatIsMissing()
    {
        var config = ConfigurationFactory.ParseString("x { a = 1 }").WithFallback("x { a = 9, b = 2 }\ny = 3");
        Assert.Equal((1, 2, 3), (config.GetInt("x.a"), config.GetInt("x.b"), config.GetInt("y")));
    }

    [Fact]
    public void MissingPath_GivesTheDefault()
    {
        var config = ConfigurationFactory.ParseString("a = 1");
        Assert.False(config.HasPath("b"));
        Assert.Equal("none", config.GetString("b", "none"));
        Assert.Equal(7, config.GetInt("b", 7));
        Assert.True(config.GetBoolean("b", true));
        Assert.Equal(TimeSpan.FromSeconds(3), config.GetTimeSpan("b", TimeSpan.FromSeconds(3)));
        Assert.Null(config.GetString("b"));
    }

    [Fact]
    public void GetConfig_IsTheTreeBelowAPath() =>
        Assert.Equal(1, ConfigurationFactory.ParseString("a.b.c = 1").GetConfig("a.b").GetInt("c"));

    [Fact]
    public void QuotedKey_MayHoldDotsAndSlashes() =>
        Assert.Equal("x", ConfigurationFactory.ParseString("a { \"b/c.d\" = x }").GetString("a.\"b/c.d\""));

    [Fact]
    public void AsEnumerable_GivesTheTopLevelKeys() => Assert.Equal(
        ["first", "second"],
        ConfigurationFactory.ParseString("first { a = 1 }\nsecond { a = 2 }").AsEnumerable().Select(x => x.Key).Order());

    /// <summary>HOCON has more than version 1.5.74 of the package reads; nothing may rely on that surplus.</summary>
    private static void SkipOnThePackage(string reason) =>
        Skip.If(typeof(Config).Assembly.GetName().Version?.Major >= 1, $"Akka's own parser {reason}");
}
