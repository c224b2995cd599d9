using System.Text.Json;
using MlxActors.Generation.Constraints.Schemas;

namespace MlxActors.Generation.Tests.Constraints;

public sealed class SchemaTests
{
    [Theory]
    [InlineData("""{"type":"integer","multipleOf":5}""", ".multipleOf", "multipleOf")]
    [InlineData("""{"type":"object","properties":{"a":{"not":{}}}}""", ".properties.a.not", "not")]
    [InlineData("""{"type":"object","patternProperties":{}}""", ".patternProperties", "patternProperties")]
    [InlineData("""{"type":"array","uniqueItems":true}""", ".uniqueItems", "uniqueItems")]
    [InlineData("""{"type":"array","items":{"type":"number","minimum":1e-20}}""", ".items.minimum", "minimum")]
    [InlineData("""{"type":"number","multipleOf":0.3}""", ".multipleOf", "multipleOf")]
    [InlineData("""{"type":"integer","multipleOf":7,"minimum":0,"maximum":100000}""", ".multipleOf", "multipleOf")]
    [InlineData("""{"type":"string","pattern":"(?=a)b"}""", ".pattern", "pattern")]
    [InlineData("""{"type":"string","pattern":"a","maxLength":3}""", ".pattern", "maxLength")]
    [InlineData("""{"type":"string","pattern":"[b-a]"}""", ".pattern", "pattern")]
    [InlineData("""{"type":"string","pattern":"(a"}""", ".pattern", "pattern")]
    [InlineData("""{"type":"string","format":"iri"}""", ".format", "iri")]
    [InlineData("""{"type":"strnig"}""", ".type", "strnig")]
    [InlineData("""{"enum":[]}""", ".enum", "values")]
    [InlineData("""{"allOf":[{"type":"object"},{"type":"string"}]}""", ".allOf", "no value")]
    [InlineData("""{"allOf":[{"type":"string","pattern":"a"},{"type":"string","pattern":"b"}]}""", ".allOf", "allOf")]
    [InlineData("""{"type":"string","enum":["a"],"format":"date"}""", ".enum", "enum")]
    [InlineData("""{"properties":{"a":{"allOf":[{"$ref":"#"},{"type":"object"}]}}}""", "(#).properties.a.allOf", "allOf")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"number"}]}""", ".oneOf", "oneOf")]
    [InlineData(
        """
        {"oneOf":[{"type":"object","properties":{"a":{}},"required":["a"]},{"type":"object","properties":{"a":{},"b":{}},"required":["a"]}]}
        """,
        ".oneOf",
        "oneOf")]
    [InlineData("""{"$ref":"https://example.com/schema"}""", ".$ref", "$ref")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"if":{}}}}""", "(#/$defs/a).if", "if")]
    [InlineData("""{"type":"object","required":["a"],"additionalProperties":false}""", ".required", "'a'")]
    [InlineData("""{"type":"array","minItems":3,"maxItems":2}""", ".minItems", "keywords")]
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
    [InlineData("""{"type":"object","properties":{"my arg":{}}}""", ".properties")]
    [InlineData("""{"type":"string"}""", "")]
    public void Parameters_ThatAreNone_AreRefused(string schema, string path)
    {
        var error = Schema.ReadParameters(JsonElement.Parse(schema)).Match<SchemaError?>(_ => null, error => error);

        Assert.Equal(path, error?.Path);
    }

    private static SchemaError Error(string schema) =>
        Schema.Read(JsonElement.Parse(schema)).Match(_ => throw new InvalidOperationException("it was read"), error => error);
}
