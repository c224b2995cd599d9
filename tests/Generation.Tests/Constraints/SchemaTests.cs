using System.Text.Json;
using MlxActors.Generation.Constraints;
using MlxActors.Generation.Constraints.Schemas;
using MlxActors.Models.Chat;

namespace MlxActors.Generation.Tests.Constraints;

public sealed class SchemaTests
{
    [Theory]
    [InlineData("""{"type":"integer","multipleOf":5000}""", "/multipleOf", "multipleOf")]
    [InlineData("""{"type":"object","properties":{"a":{"not":{"type":"string"}}}}""", "/properties/a/not", "not")]
    [InlineData("""{"type":"object","properties":{"a/b~":{"contains":{}}}}""", "/properties/a~1b~0/contains", "contains")]
    [InlineData("""{"type":"object","patternProperties":{"\\bx":{}}}""", "/patternProperties/\\bx", "patternProperties")]
    [InlineData("""{"type":"object","propertyNames":{"type":"integer"}}""", "/propertyNames", "propertyNames")]
    [InlineData("""{"type":"object","minProperties":3,"maxProperties":2}""", "/minProperties", "minProperties")]
    [InlineData("""{"type":"object","dependentRequired":{"a":["b"]}}""", "/dependentRequired", "dependentRequired")]
    [InlineData("""{"type":"object","unevaluatedProperties":false}""", "/unevaluatedProperties", "unevaluatedProperties")]
    [InlineData("""{"anyOf":[{"type":"string"},{"if":{},"then":{}}]}""", "/anyOf/1/if", "if")]
    [InlineData("""{"type":"array","uniqueItems":true}""", "/uniqueItems", "uniqueItems")]
    [InlineData("""{"type":"array","prefixItems":[{"type":"array","minContains":1}]}""", "/prefixItems/0/minContains", "minContains")]
    [InlineData("""{"type":"array","items":{"type":"number","minimum":1e-20}}""", "/items/minimum", "minimum")]
    [InlineData("""{"type":"number","minimum":1e300}""", "/minimum", "minimum")]
    [InlineData("""{"type":"integer","multipleOf":701,"minimum":0,"maximum":1000000}""", "/multipleOf", "multipleOf")]
    [InlineData("""{"type":"string","pattern":"(?<=a)b"}""", "/pattern", "pattern")]
    [InlineData("""{"type":"string","pattern":"a^b"}""", "/pattern", "pattern")]
    [InlineData("""{"type":"string","pattern":"^(?=a)b$"}""", "/pattern", "pattern")]
    [InlineData("""{"type":"string","pattern":"^abcd$","maxLength":3}""", "/pattern", "pattern")]
    [InlineData("""{"type":"string","pattern":"[b-a]"}""", "/pattern", "pattern")]
    [InlineData("""{"type":"string","pattern":"(a"}""", "/pattern", "pattern")]
    [InlineData("""{"type":"string","pattern":"^.*a.{20}$","maxLength":3000}""", "/pattern", "too large")]
    [InlineData("""{"type":"strnig"}""", "/type", "strnig")]
    [InlineData("""{"enum":[]}""", "/enum", "values")]
    [InlineData("""{"allOf":[{"type":"object"},{"type":"string"}]}""", "/allOf", "no value")]
    [InlineData("""{"allOf":[{"type":"string","pattern":"^a"},{"type":"string","pattern":"^b"}]}""", "/allOf", "no value")]
    [InlineData("""{"allOf":[{"format":"date"},{"format":"uuid"}]}""", "/allOf", "allOf")]
    [InlineData("""{"type":"string","enum":["a"],"format":"date"}""", "/enum", "enum")]
    [InlineData("""{"properties":{"a":{"allOf":[{"$ref":"#"},{"type":"object"}]}}}""", "/properties/a/allOf", "allOf")]
    [InlineData("""{"properties":{"a":false},"additionalProperties":true}""", "/properties/a", "no others")]
    [InlineData("""{"properties":{"a":{"not":{}}},"required":["a"]}""", "/properties/a", "required")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"number"}]}""", "/oneOf", "oneOf")]
    [InlineData("""{"oneOf":[{"type":"string","format":"uuid"},{"type":"string","pattern":"^[0-9A-F-]{36}$"}]}""", "/oneOf", "oneOf")]
    [InlineData(
        """
        {"oneOf":[{"type":"object","properties":{"a":{}},"required":["a"]},{"type":"object","properties":{"a":{},"b":{}},"required":["a"]}]}
        """,
        "/oneOf",
        "oneOf")]
    [InlineData("""{"$ref":"https://example.com/schema"}""", "/$ref", "$ref")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"if":{}}}}""", "/$defs/a/if", "if")]
    [InlineData("""{"type":"object","required":["a"],"additionalProperties":false}""", "/required", "'a'")]
    [InlineData("""{"type":"array","minItems":3,"maxItems":2}""", "/minItems", "keywords")]
    public void Keyword_NotSupported_IsNamedWithItsPath(string schema, string path, string named)
    {
        var error = Error(schema);

        Assert.Equal(path, error.Path);
        Assert.Contains(named, error.Reason);
    }

    [Theory]
    [InlineData("""{"$ref":"#"}""", "$ref")]
    [InlineData("""{"anyOf":[{"type":"null"},{"$ref":"#"}]}""", "$ref")]
    [InlineData("""{"type":"integer","minimum":2,"maximum":1}""", "no value")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""", "no value")]
    [InlineData("""{"type":"string","pattern":"((a{1000}){1000}){1000}"}""", "too large")]
    public void Whole_ThatNothingSatisfies_IsRefused(string schema, string why) => Assert.Contains(why, Error(schema).Reason);

    [Fact]
    public void Nesting_BeyondTheLimit_IsRefused()
    {
        var schema = string.Concat(Enumerable.Repeat("""{"type":"array","items":""", 60)) + "true" + new string('}', 60);

        Assert.Contains("deep", Error(schema).Reason);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"my arg":{}}}""", "/properties")]
    [InlineData("""{"type":"string"}""", "")]
    public void Parameters_ThatAreNone_AreRefused(string schema, string path)
    {
        var error = Schema.ReadParameters(JsonElement.Parse(schema)).Match<SchemaError?>(_ => null, error => error);

        Assert.Equal(path, error?.Path);
    }

    /// <summary>What the specification calls annotations, and words that it does not know, demand nothing.</summary>
    [Theory]
    [InlineData("""{"$schema":"x","$id":"y","$comment":"z","title":"t","description":"d","default":1,"examples":[1],"type":"integer"}""")]
    [InlineData("""{"deprecated":true,"readOnly":true,"writeOnly":true,"contentEncoding":"base64","contentMediaType":"x","type":"string"}""")]
    [InlineData("""{"type":"string","format":"jwt"}""")]
    [InlineData("""{"type":"object","x-order":1,"propertyOrdering":["a"],"id":"Thing","properties":{"a":{"markdownDescription":"*b*"}}}""")]
    [InlineData("""{"type":"integer","format":"int32"}""")]
    public void Keyword_ThatOnlyDescribes_IsAccepted(string schema) =>
        Assert.Null(Schema.Read(JsonElement.Parse(schema)).Match<SchemaError?>(_ => null, error => error));

    [Fact]
    public void Schema_ReadAgain_IsTheSame()
    {
        const string Source = """{"type":"object","properties":{"read_again":{"type":"string","maxLength":77}}}""";

        Assert.Same(Read(Source), Read(Source));
        Assert.Same(
            new AnswerForm(Read(Source), [], true).ToGrammar(CallSyntax.ToolCode),
            new AnswerForm(Read(Source), [], true).ToGrammar(CallSyntax.ToolCallTag));
    }

    [Fact]
    public void FormOfCalls_BuiltAgain_IsTheSame()
    {
        static AnswerForm Form(bool parallel) =>
            new(null, [new CallableTool("built_again", Read("""{"type":"object","properties":{"n":{"type":"integer"}}}"""))], parallel);

        Assert.Same(Form(true).ToGrammar(CallSyntax.ToolCode), Form(true).ToGrammar(CallSyntax.ToolCode));
        Assert.NotSame(Form(true).ToGrammar(CallSyntax.ToolCode), Form(true).ToGrammar(CallSyntax.ToolCallTag));
        Assert.NotSame(Form(true).ToGrammar(CallSyntax.ToolCode), Form(false).ToGrammar(CallSyntax.ToolCode));
    }

    private static Schema Read(string schema) =>
        Schema.Read(JsonElement.Parse(schema)).Match(read => read, error => throw new InvalidOperationException($"{error}"));

    private static SchemaError Error(string schema) =>
        Schema.Read(JsonElement.Parse(schema)).Match(_ => throw new InvalidOperationException("it was read"), error => error);
}
