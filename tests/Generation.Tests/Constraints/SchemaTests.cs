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
    [InlineData("""{"type":"array","items":{"type":"number","minimum":0.5}}""", ".items.minimum", "minimum")]
    [InlineData("""{"type":"string","pattern":"(?=a)b"}""", ".pattern", "pattern")]
    [InlineData("""{"type":"string","pattern":"a","maxLength":3}""", ".pattern", "maxLength")]
    [InlineData("""{"type":"string","pattern":"[b-a]"}""", ".pattern", "pattern")]
    [InlineData("""{"type":"string","pattern":"(a"}""", ".pattern", "pattern")]
    [InlineData("""{"type":"string","format":"iri"}""", ".format", "iri")]
    [InlineData("""{"type":"strnig"}""", ".type", "strnig")]
    [InlineData("""{"enum":[]}""", ".enum", "values")]
    [InlineData("""{"allOf":[{"type":"object"},{"type":"object"}]}""", ".allOf", "allOf")]
    [InlineData("""{"anyOf":[{"type":"object"}],"properties":{}}""", ".anyOf", "properties")]
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
