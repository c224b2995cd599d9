using System.Collections.Immutable;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Models.Chat;

namespace MlxActors.Models.Tests.Chat;

/// <summary>What holds for the parser of each family, whatever a model writes.</summary>
public sealed class OutputParserProperties
{
    private static readonly string[] Fragments =
    [
        "```tool_code\n", "```tool_code\nget_weather(city=\"Paris\")", "get-time()\n```", "```python\n", "```", "get_weather(", "get-time()",
        "launch()", "print(", "city=", "\"Paris\"", ")", "(", "[", "]",
        "{", "}", "'", "\"", "\"\"\"", "\\", "#", ",", ";", "=", "1", "True", ":", "\n", " ", "x", "é", "😀", "\r\n",
        "<tool_call>", "</tool_call>", "\"name\": \"get_weather\"", "\"arguments\": {\"city\": \"Paris\"}",
        "{\"name\": \"get-time\"}", "<tool_call>{\"name\": \"get-time\"}</tool_call>", "<", "`",
    ];

    private static readonly Arbitrary<string> Answers =
        Gen.Elements(Fragments).ListOf().Select(fragments => string.Concat(fragments)).ToArbitrary();

    private static readonly Arbitrary<ImmutableArray<ToolCall>> Calls = Gen.Choose(1, 3)
        .SelectMany(count => Call().ListOf(count))
        .Select(calls => calls.Select((call, i) => call with { Id = $"call_{i}" }).ToImmutableArray())
        .ToArbitrary();

    [Property(MaxTest = 2000)]
    public Property Read_AnySplit_GivesTheSame() =>
        Prop.ForAll(Answers, Gen.Choose(1, 9).ListOf().ToArbitrary(), (answer, lengths) => Both(family =>
            Parsing.Read(Parser(family), Split(answer, lengths)) == Parsing.Read(Parser(family), answer)
            && Parsing.Read(Parser(family), Parsing.Letters(answer)) == Parsing.Read(Parser(family), answer)));

    [Property(MaxTest = 2000)]
    public Property Read_NoCallInIt_LosesNothing() => Prop.ForAll(Answers, answer => Both(family =>
        Parsing.Read(Parser(family), answer) is var (text, calls) && (calls.Length > 0 || text == answer)));

    [Property(MaxTest = 2000)]
    public Property Read_AnyAnswer_GivesTextThatStoodInIt() => Prop.ForAll(Answers, answer => Both(family =>
        IsSubsequence(Parsing.Read(Parser(family), answer).Text, answer)));

    [Property(MaxTest = 500)]
    public Property Read_ArbitraryText_IsThatText() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonNull<string>>(),
        answer => Both(family => Parsing.Read(Parser(family), answer.Get) == (answer.Get, "")));

    [Property(MaxTest = 500)]
    public Property Read_OfWhatThePromptShows_IsTheSameMessage() =>
        Prop.ForAll(Calls, Gen.Elements("", "Let me see.", "One\nmoment").ToArbitrary(), (calls, content) => Both(family =>
        {
            var message = ChatMessage.Of(Role.Assistant, content) with { ToolCalls = calls };
            var parser = Parser(family);
            ParsedOutput[] outputs = [parser.Add(Rendered(family, message)), parser.Finish()];
            var read = outputs.SelectMany(output => output.Calls).ToArray();
            return content == string.Concat(outputs.Select(output => output.Text))
                && calls.Select(call => call.Name).SequenceEqual(read.Select(call => call.Name))
                && calls.Zip(read).All(pair => IsSame(pair.First.Arguments, pair.Second.Arguments));
        }));

    private static bool Both(Func<string, bool> holds) => holds("gemma") && holds("qwen");

    private static OutputParser Parser(string family) =>
        family == "gemma" ? new ToolCodeParser(Parsing.Tools, single: false) : new ToolCallTagParser(Parsing.Tools, single: false);

    /// <summary>The message as it stands in the next prompt: what the model would have written.</summary>
    private static string Rendered(string family, ChatMessage message)
    {
        var conversation = new Conversation([ChatMessage.Of(Role.User, "?"), message], [], []);
        return family == "gemma"
            ? Gemma3Prompt.Render(conversation, false).Match(
                prompt => Between(Gemma3Prompt.Text(prompt), "<start_of_turn>model\n", "<end_of_turn>"),
                error => throw new FormatException(error.Message))
            : Between(Qwen3VlPrompt.Text(Qwen3VlPrompt.Render(conversation, false)), "<|im_start|>assistant\n", "<|im_end|>");
    }

    private static string Between(string text, string start, string end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[from..text.LastIndexOf(end, StringComparison.Ordinal)];
    }

    private static bool IsSame(string json, string other) => JsonElement.DeepEquals(JsonElement.Parse(json), JsonElement.Parse(other));

    private static IEnumerable<string> Split(string text, IEnumerable<int> lengths)
    {
        foreach (var length in lengths.TakeWhile(_ => text.Length > 0))
        {
            yield return text[..Math.Min(length, text.Length)];
            text = text[Math.Min(length, text.Length)..];
        }
        yield return text;
    }

    private static bool IsSubsequence(string part, string whole) =>
        part.Aggregate(0, (at, c) => at < 0 ? at : whole.IndexOf(c, at) + 1 is var next and > 0 ? next : -1) >= 0;

    private static Gen<ToolCall> Call() =>
        from name in Gen.Elements("get_weather", "get-time")
        from arguments in Members(2)
        select new ToolCall("", name, arguments);

    private static Gen<string> Members(int depth) =>
        from names in Gen.Elements("city", "unit", "a_b", "größe", "$id").ListOf()
        from values in Value(depth).ListOf(names.Count)
        let members = names.Zip(values).DistinctBy(member => member.First).Select(member => $"\"{member.First}\": {member.Second}")
        select $"{{{string.Join(", ", members)}}}";

    private static Gen<string> Value(int depth) => depth == 0
        ? Gen.Elements("true", "false", "null", "0", "-7", "2.5", "1e20", "1e-7", "\"\"", "\"é \\\" ' \\\\ \\n ``` 😀 <b>\"", "\"it's\"")
        : Gen.OneOf(
            Value(0),
            Members(depth - 1),
            Value(depth - 1).ListOf().Select(items => $"[{string.Join(", ", items)}]"));
}
