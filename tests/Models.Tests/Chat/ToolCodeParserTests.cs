using MlxActors.Models.Chat;

namespace MlxActors.Models.Tests.Chat;

public sealed class ToolCodeParserTests
{
    private const string Paris = """get_weather {"city": "Paris"}""";

    [Fact]
    public void Read_PlainText_IsText() => Assert.Equal(("Hello, `world`.\n", ""), Read("Hello, `world`.\n"));

    [Fact]
    public void Read_Block_IsItsCalls() => Assert.Equal(
        ("", Paris + "\n" + """get_weather {"city": "Rome", "unit": "celsius"}"""),
        Read("```tool_code\nget_weather(city=\"Paris\")\nget_weather(city=\"Rome\", unit=\"celsius\")\n```"));

    [Fact]
    public void Read_TextBeforeTheBlock_StaysWithoutTheNewlineOfTheBlock() =>
        Assert.Equal(("Let me see.", Paris), Read("Let me see.\n```tool_code\nget_weather(city=\"Paris\")\n```"));

    [Theory]
    [InlineData("get_weather(city='Paris')")]
    [InlineData("get_weather('Paris')")]
    [InlineData("print(get_weather(city=\"Paris\"))")]
    [InlineData("print( get_weather(city=\"Paris\"), )")]
    [InlineData("weather = get_weather(city=\"Paris\")")]
    [InlineData("weather = print(get_weather(\"Paris\"))")]
    [InlineData("  get_weather (\n    city = \"Paris\",  # the capital\n)")]
    [InlineData("# first the weather\n\nget_weather(city=\"Paris\")  # done\n# that is all")]
    [InlineData("get_weather(city=\"Pa\" 'ris')")]
    [InlineData("get_weather(city=\"\"\"Paris\"\"\")")]
    [InlineData("get_weather(city='''Paris''');")]
    [InlineData("get_weather(city=\"P\\u0061ris\")")]
    [InlineData("get_weather(city=\"P\\x61ris\")")]
    [InlineData("get_weather(city=\\\n\"Paris\")")]
    [InlineData("get_weather(city=(\"Paris\"))")]
    public void Read_CallInAnotherSpelling_IsTheSameCall(string statement)
    {
        Assert.Equal(("", Paris), Read($"```tool_code\n{statement}\n```"));
        Assert.Equal(("", Paris), Read($"```python\n{statement}\n```"));
        Assert.Equal(("", Paris), Read($"```tool_code\n{statement}"));
        Assert.Equal(("", Paris), Read($"```tool_code {statement} ```"));
    }

    [Theory]
    [InlineData("True, None, False", "true, null, false")]
    [InlineData("true, null, false", "true, null, false")]
    [InlineData("-3, +4, 1_000, 12345678901234567890", "-3, 4, 1000, 12345678901234567890")]
    [InlineData("1., .5, -0.25, 1e3, 2.5E-07, 007", "1.0, 0.5, -0.25, 1e3, 2.5E-07, 7")]
    [InlineData("[1, [2,], (3, 4,), (5,), (), (6)]", "[1, [2], [3, 4], [5], [], 6]")]
    [InlineData("{'a': {\"b\": []}, 1: 'x', None: True,}", """{"a": {"b": []}, "1": "x", "null": true}""")]
    [InlineData("'it\\'s \"so\"\\n\\t\\\\ \\/ \\d'", "\"it's \\\"so\\\"\\n\\t\\\\ / \\\\d\"")]
    [InlineData("r'\\d+\\'', u'é', '\\U0001F600', '\\ud83d\\ude00'", "\"\\\\d+\\\\'\", \"é\", \"😀\", \"😀\"")]
    [InlineData("'\\ud83d.'", "\"\uFFFD.\"")]
    [InlineData("\"\"\"a \"quoted\" 'word' ```\n```\n) # no comment\"\"\"", "\"a \\\"quoted\\\" 'word' ```\\n```\\n) # no comment\"")]
    [InlineData("'two\nlines'", "\"two\\nlines\"")]
    [InlineData("'', \"\"", "\"\", \"\"")]
    public void Read_Literals_AreJson(string python, string json) =>
        Assert.Equal(("", $$"""get_weather {"city": [{{json}}, 0]}"""), Read($"```tool_code\nget_weather(city=[{python}, 0])\n```"));

    [Fact]
    public void Read_PositionalArguments_FollowTheSignature() => Assert.Equal(
        ("", """get_weather {"city": "Paris", "unit": "celsius", "days": 3}"""),
        Read("```tool_code\nget_weather(\"Paris\", \"celsius\", days=3)\n```"));

    [Fact]
    public void Read_SeveralCallsOnOneLine_AreAllCalls() => Assert.Equal(
        ("", $"{Paris}\nget-time {{}}\n{Paris}"),
        Read("```tool_code\nget_weather(\"Paris\"); get-time(), get_weather(\"Paris\")\n```"));

    [Theory]
    [InlineData("```tool_code\n```")]
    [InlineData("```tool_code\n# nothing to do\n```\nWell.")]
    [InlineData("```tool_code\nlaunch(city=\"Paris\")\n```")]
    [InlineData("```python\nprint(\"get_weather\")\n```\nThat was Python.")]
    [InlineData("```python\nif True:\n    get_weather(city=\"Paris\")\n```")]
    [InlineData("```python\nimport json\nget_weather(city=\"Paris\")\n```")]
    [InlineData("```python\nget_weather(city=city)\n```")]
    [InlineData("```tool_code\nget_weather(city=f(1))\n```")]
    [InlineData("```tool_code\nget_weather(\"Paris\", city=\"Rome\")\n```")]
    [InlineData("```tool_code\nget_weather(city=\"Paris\", \"celsius\")\n```")]
    [InlineData("```tool_code\nget_weather(1, 2, 3, 4)\n```")]
    [InlineData("```tool_code\nget_weather(city=\"Paris\"\n```\nOops.")]
    [InlineData("```tool_code\nget_weather(city=\"Paris)\n```\nOops, \"quotes\".")]
    [InlineData("```tool_code\nget_weather(city=\"Par")]
    [InlineData("```tool_code\nget_weather(city=\"a\", {[})\n```")]
    [InlineData("```tool_code\n)(\n```")]
    [InlineData("```tool_codes\nget_weather(city=\"Paris\")\n```")]
    [InlineData("get_weather(city=\"Paris\")")]
    [InlineData("``")]
    [InlineData("\n```tool_cod")]
    public void Read_WhatIsNoCall_IsTextToTheLetter(string answer) => Assert.Equal((answer, ""), Read(answer));

    [Fact]
    public void Read_MarkNamedInAText_DoesNotHideTheBlockBehindIt() => Assert.Equal(
        ("I open a ```tool_code block:", Paris),
        Read("I open a ```tool_code block:\n```tool_code\nget_weather(city=\"Paris\")\n```"));

    [Fact]
    public void Read_AnotherFunctionBesideACall_IsText() => Assert.Equal(
        ("```tool_code\nlaunch()\n\n```", Paris),
        Read("```tool_code\nlaunch()\nget_weather(city=\"Paris\")\n```"));

    [Fact]
    public void Read_WhatFollowsACallAndIsNone_IsText() => Assert.Equal(
        (".title()\nprint('it's done')\n", Paris),
        Read("```tool_code\nx = get_weather(city=\"Paris\").title()\nprint('it's done')\n```"));

    [Fact]
    public void Read_SecondCallCutShort_IsText() => Assert.Equal(
        ("get_weather(city=\"Ro", Paris),
        Read("```tool_code\nget_weather(city=\"Paris\")\nget_weather(city=\"Ro"));

    [Fact]
    public void Read_CallIsComplete_ComesAtOnce()
    {
        var parser = new ToolCodeParser(Parsing.Tools, single: false);

        Assert.Equal("Hm.", parser.Add("Hm.\n```tool_code\nget_weather(\"Paris\"").Text);
        Assert.Equal("get_weather", Assert.Single(parser.Add(")").Calls).Name);
        Assert.False(parser.IsComplete);
    }

    [Fact]
    public void Read_ClosingFence_EndsTheAnswer()
    {
        var parser = new ToolCodeParser(Parsing.Tools, single: false);

        Assert.Equal(("", Paris), Parsing.Read(parser, "```tool_code\nget_weather(\"Paris\")\n``", "`\n```tool_output\n", "sunny"));
        Assert.True(parser.IsComplete);
    }

    [Fact]
    public void Read_OnlyOneCallWanted_EndsWithIt()
    {
        var parser = new ToolCodeParser(Parsing.Tools, single: true);

        Assert.Equal(("", Paris), Parsing.Read(parser, "```tool_code\nget_weather(\"Paris\")\nget-time()\n```"));
        Assert.True(parser.IsComplete);
    }

    private static (string Text, string Calls) Read(string answer) =>
        Parsing.Read(new ToolCodeParser(Parsing.Tools, single: false), answer);
}
