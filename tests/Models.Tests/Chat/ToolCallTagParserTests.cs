using MlxActors.Models.Chat;

namespace MlxActors.Models.Tests.Chat;

public sealed class ToolCallTagParserTests
{
    private const string Paris = """get_weather {"city": "Paris"}""";
    private const string TimeCall = """{"name": "get-time", "arguments": {}}""";
    private const string ParisCall = """{"name": "get_weather", "arguments": {"city": "Paris"}}""";

    [Fact]
    public void Read_PlainText_IsText() => Assert.Equal(("a < b\n<tool", ""), Read("a < b\n<tool"));

    [Fact]
    public void Read_Tag_IsItsCall() => Assert.Equal(("", Paris), Read($"<tool_call>\n{ParisCall}\n</tool_call>"));

    [Fact]
    public void Read_TextAndSeveralTags_AreTextAndCallsWithoutTheNewlinesBetween() => Assert.Equal(
        ("Let me see.", $"{Paris}\nget-time {{}}"),
        Read($"Let me see.\n<tool_call>\n{ParisCall}\n</tool_call>\n<tool_call>\n{TimeCall}\n</tool_call>\n"));

    [Fact]
    public void Read_TextBehindACall_IsText() =>
        Assert.Equal(("\n\nWait.\n", Paris), Read($"<tool_call>{ParisCall}</tool_call>\n\nWait.\n"));

    [Theory]
    [InlineData("""{"name": "get_weather", "parameters": {"city": "Paris"}}""")]
    [InlineData("""{"arguments": "{\"city\": \"Paris\"}", "name": "get_weather"}""")]
    [InlineData("""   {"name": "get_weather", "id": 7, "arguments": {"city": "Paris"}}   """)]
    public void Read_CallInAnotherSpelling_IsTheSameCall(string call)
    {
        Assert.Equal(("", Paris), Read($"<tool_call>{call}</tool_call>"));
        Assert.Equal(("", Paris), Read($"<tool_call>\n{call}"));
        Assert.Equal(("", $"{Paris}\n{Paris}"), Read($"<tool_call>\n{call}\n<tool_call>{call}"));
    }

    [Theory]
    [InlineData("""{"name": "get-time"}""")]
    [InlineData("""{"name": "get-time", "arguments": null}""")]
    public void Read_NoArguments_AreAnEmptyObject(string call) => Assert.Equal(("", "get-time {}"), Read($"<tool_call>{call}</tool_call>"));

    [Fact]
    public void Read_TagsInAString_ArePartOfIt() => Assert.Equal(
        ("", """get_weather {"city": "</tool_call> \"<tool_call>"}"""),
        Read("""<tool_call>{"name": "get_weather", "arguments": {"city": "</tool_call> \"<tool_call>"}}</tool_call>"""));

    [Theory]
    [InlineData("<tool_call></tool_call>")]
    [InlineData("<tool_call>\nget_weather(city=\"Paris\")\n</tool_call>\nSorry.")]
    [InlineData("<tool_call>{\"name\": \"launch\", \"arguments\": {}}</tool_call>")]
    [InlineData("<tool_call>{\"name\": 7, \"arguments\": {}}</tool_call>")]
    [InlineData("<tool_call>{\"name\": \"get_weather\", \"arguments\": [\"Paris\"]}</tool_call>")]
    [InlineData("<tool_call>{\"name\": \"get_weather\", \"arguments\": \"Paris\"}</tool_call>")]
    [InlineData("<tool_call>{\"name\": \"get_weather\", \"arguments\": \"[]\"}</tool_call>")]
    [InlineData("<tool_call>{\"name\": \"\\ud800\", \"arguments\": {}}</tool_call>")]
    [InlineData("<tool_call>[]</tool_call>")]
    [InlineData("<tool_call>\n{\"name\": \"get_weather\", \"argum")]
    [InlineData("<tool_call><tool_call></tool_call></tool_call>")]
    [InlineData("{\"name\": \"get_weather\", \"arguments\": {}}")]
    public void Read_WhatIsNoCall_IsTextToTheLetter(string answer) => Assert.Equal((answer, ""), Read(answer));

    [Fact]
    public void Read_AQuoteTooMany_DoesNotHideTheNextCall() => Assert.Equal(
        ("<tool_call>\n{\"name\": \"get_weather}\n</tool_call>", Paris),
        Read($"<tool_call>\n{{\"name\": \"get_weather}}\n</tool_call>\n<tool_call>\n{ParisCall}\n</tool_call>"));

    [Fact]
    public void Read_OnlyOneCallWanted_EndsWithIt()
    {
        var parser = new ToolCallTagParser(Parsing.Tools, single: true);

        Assert.Equal(("", Paris), Parsing.Read(parser, $"<tool_call>{ParisCall}</tool_call><tool_call>{ParisCall}</tool_call>"));
        Assert.True(parser.IsComplete);
    }

    private static (string Text, string Calls) Read(string answer) =>
        Parsing.Read(new ToolCallTagParser(Parsing.Tools, single: false), answer);
}
