using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Models.Chat;

namespace MlxActors.Models.Tests.Chat;

/// <summary>
/// Nothing that a model says is lost: each of the words that stand all over an answer, in text, in calls and in what only looks like one,
/// is afterwards in the text or in a call, and there once, in the order of the answer. (Comments in a block of code belong to its calls.)
/// </summary>
public sealed partial class OutputCoverageProperties
{
    private const string Word = "w#";

    private static readonly string[] Fragments =
    [
        Word, $" {Word} ", $"{Word}\n", $"\n{Word}", $"get_weather(city=\"{Word}\")", $"get_weather('{Word}', unit=\"{Word}\")\n",
        $"get_weather(city=\"{Word}\"", $"get_weather({Word})", $"launch(\"{Word}\")\n", $"x = {Word}\n",
        $"print(get_weather(city=\"{Word}\"))", $"```tool_code\nget_weather(city='{Word}')\n```", $"```tool_code\n{Word}\n```",
        $"```python\nget_weather(city=\"\"\"{Word}", $"get-time({Word}",
        $"<tool_call>{{\"name\": \"get_weather\", \"arguments\": {{\"city\": \"{Word}\"}}}}</tool_call>",
        $"<tool_call>\n{{\"name\": \"get_weather\", \"arguments\": {{\"city\": \"{Word}\", \"unit\": \"{Word}\"}}}}\n",
        $"<tool_call>{{\"name\": \"{Word}\", \"arguments\": {{}}}}</tool_call>", $"<tool_call>{Word}", $"{Word}</tool_call>",
        $"<tool_call>{{\"name\": \"get_weather\", \"arguments\": \"{Word}", "<tool_call>", "</tool_call>", "<tool_call", "get-time()\n",
        "```tool_code\n", "```python ", "```", "``", "\n", "\r\n", " ", "(", ")", "[", "{", "}", "\"", "'", "\\", ";", ",", "é", "😀",
    ];

    private static readonly Arbitrary<string> Answers = Gen.Elements(Fragments).ListOf().Select(Number).ToArbitrary();

    [Property(MaxTest = 3000)]
    public Property Answer_OfGemma_IsCovered() => IsCovered(single => new ToolCodeParser(Parsing.Tools, single));

    [Property(MaxTest = 3000)]
    public Property Answer_OfQwen_IsCovered() => IsCovered(single => new ToolCallTagParser(Parsing.Tools, single));

    private static Property IsCovered(Func<bool, OutputParser> parser) =>
        Prop.ForAll(Answers, Gen.Choose(1, 9).ListOf().ToArbitrary(), (answer, lengths) =>
        {
            foreach (var single in (ReadOnlySpan<bool>)[false, true])
            {
                var reading = parser(single);
                var (text, calls) = Read(reading, answer, lengths);
                var said = WordsIn(text);
                var found = said.Concat(calls.SelectMany(call => WordsIn($"{call.Name} {call.Arguments}"))).Order().ToArray();

                // What is behind the end of a complete answer is no part of it.
                var words = WordsIn(answer).Take(reading.IsComplete ? found.Length : int.MaxValue);
                if (!found.SequenceEqual(words) || !said.Order().SequenceEqual(said))
                {
                    return false;
                }
            }
            return true;
        });

    private static (string Text, List<ParsedCall> Calls) Read(OutputParser parser, string answer, IEnumerable<int> lengths)
    {
        var (text, calls, at) = (new StringBuilder(), new List<ParsedCall>(), 0);
        foreach (var length in lengths.Append(answer.Length))
        {
            Keep(parser.Add(answer.Substring(at, Math.Min(length, answer.Length - at))));
            at = Math.Min(at + length, answer.Length);
        }
        Keep(parser.Finish());
        return (text.ToString(), calls);

        void Keep(ParsedOutput output)
        {
            text.Append(output.Text);
            calls.AddRange(output.Calls);
        }
    }

    /// <summary>Every word its own, in ascending order, all of one length.</summary>
    private static string Number(IEnumerable<string> fragments)
    {
        var number = 1000;
        return WordMark().Replace(string.Concat(fragments), _ => $"w{number++}");
    }

    private static string[] WordsIn(string text) => [.. NumberedWord().Matches(text).Select(match => match.Value)];

    [GeneratedRegex(Word)]
    private static partial Regex WordMark();

    [GeneratedRegex(@"w\d{4}")]
    private static partial Regex NumberedWord();
}
