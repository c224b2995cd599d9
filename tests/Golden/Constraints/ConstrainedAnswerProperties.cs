using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MlxActors.Generation.Constraints;
using MlxActors.Generation.Constraints.Grammars;
using MlxActors.Generation.Constraints.Masks;
using MlxActors.Generation.Constraints.Schemas;
using MlxActors.Models.Chat;

namespace MlxActors.Golden.Constraints;

/// <summary>Random answers under random schemas, over the tokenizers of the fixtures.</summary>
public sealed class ConstrainedAnswerProperties
{
    private const int SchemasEach = 25;
    private const int MasksEach = 6;

    private static readonly Vocabulary Bytes = Vocabulary.Bytes();

    public static TheoryData<string?> Tokenizers => Goldens.Files("tokenizers", "ids.jsonl");

    [Fact]
    public void Answer_OfBytes_SatisfiesItsSchema() => CheckAnswers(Bytes, schemas: 300);

    [SkippableTheory]
    [MemberData(nameof(Tokenizers))]
    public void Answer_OfTokens_SatisfiesItsSchema(string? name) => CheckAnswers(Of(name), SchemasEach);

    [SkippableTheory]
    [MemberData(nameof(Tokenizers))]
    public void Mask_AllowsExactlyTheTokens_WhoseBytesAreAllowedOneByOne(string? name)
    {
        var vocabulary = Of(name);
        for (var seed = 0; seed < MasksEach; seed++)
        {
            var random = new Random(seed);
            var grammar = GrammarOf(new RandomSchemas(random).Next());
            RandomAnswer.Write(vocabulary, grammar, random, freely: 12, (before, mask) => CheckMask(vocabulary, grammar, random, before, mask));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Tokenizers))]
    public void Calls_InEitherSyntax_AreReadAsCalls_WhoseArgumentsSatisfyTheirSchema(string? name)
    {
        var vocabulary = Of(name);
        const string Source = """
            {"type":"object","properties":{"city":{"type":"string"},"unit":{"enum":["c","f",null]},
            "days":{"type":"array","items":{"type":["integer","boolean"]},"maxItems":3}},"required":["city"],"additionalProperties":false}
            """;
        var schema = JsonElement.Parse(Source);
        var tools = (ToolDefinition[])[new("get_weather", null, schema), new("now", null, default)];
        var callables = tools.Select(tool => new CallableTool(tool.Name, tool.Name == "now" ? Schema.NoProperties : Read(schema)));
        var form = new AnswerForm(null, [.. callables], Parallel: true);
        foreach (var syntax in Enum.GetValues<CallSyntax>())
        {
            for (var seed = 0; seed < SchemasEach; seed++)
            {
                var text = Encoding.UTF8.GetString(RandomAnswer.Write(vocabulary, form.ToGrammar(syntax)!, new Random(seed), freely: 60));
                CallParser parser = syntax is CallSyntax.ToolCode ? new ToolCodeParser([.. tools], false) : new ToolCallTagParser([.. tools], false);
                var (said, rest) = (parser.Add(text), parser.Finish());
                Assert.Equal("", (said.Text + rest.Text).Trim());
                var calls = said.Calls.AddRange(rest.Calls);
                Assert.NotEmpty(calls);
                Assert.All(
                    calls.Where(call => call.Name == "get_weather"),
                    call => Assert.True(new SchemaValidator(schema).IsValid(JsonElement.Parse(call.Arguments)), text));
            }
        }
    }

    private static void CheckAnswers(Vocabulary vocabulary, int schemas)
    {
        for (var seed = 0; seed < schemas; seed++)
        {
            var random = new Random(seed);
            var schema = new RandomSchemas(random).Next();
            var text = Encoding.UTF8.GetString(RandomAnswer.Write(vocabulary, GrammarOf(schema), random, freely: 40));
            Assert.True(
                new SchemaValidator(JsonElement.Parse(schema.ToJsonString())).IsValid(JsonElement.Parse(text)),
                $"seed {seed}: {text} under {schema.ToJsonString()}");
        }
    }

    private static void CheckMask(Vocabulary vocabulary, Grammar grammar, Random random, byte[] before, TokenMask mask)
    {
        for (var tries = 0; tries < 200; tries++)
        {
            var token = random.Next(vocabulary.Size);
            var bytes = vocabulary.BytesOf(token);
            if (token == vocabulary.End)
            {
                continue;
            }
            var answer = Bytes.Masks.Start(grammar);
            foreach (var value in before)
            {
                answer.Add(value);
            }
            var isAllowed = bytes.Length > 0;
            foreach (var value in bytes)
            {
                isAllowed = isAllowed && answer.Mask.Allows(value);
                if (isAllowed)
                {
                    answer.Add(value);
                }
            }
            Assert.True(isAllowed == mask.Allows(token), $"token {token} behind {Encoding.UTF8.GetString(before)}");
        }
    }

    private static Vocabulary Of(string? name) => Vocabulary.Of(Path.GetDirectoryName(Goldens.PathOf(Goldens.SkipWhenNone(name, "tokenizers")))!);

    private static Grammar GrammarOf(JsonNode schema) =>
        new AnswerForm(Read(JsonElement.Parse(schema.ToJsonString())), [], Parallel: false).ToGrammar(CallSyntax.ToolCode)!;

    private static Schema Read(JsonElement schema) =>
        Schema.Read(schema).Match(read => read, error => throw new InvalidDataException($"{error}: {schema}"));
}
