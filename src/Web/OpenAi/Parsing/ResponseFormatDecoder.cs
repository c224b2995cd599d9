namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>The field <c>response_format</c>.</summary>
internal static class ResponseFormatDecoder
{
    private static readonly Decoder<string> Schema = ObjectReader.Decoder(schema =>
    {
        var name = schema.Required("name", Decode.Matching(ToolDecoder.NameRule));
        schema.Optional("description", Decode.Text);
        schema.OptionalValue("schema", Decode.Object);
        schema.OptionalValue("strict", Decode.Boolean);
        return schema.Finish(() => name);
    });

    /// <summary>The format's type: <c>text</c>, <c>json_object</c> or <c>json_schema</c>.</summary>
    public static Decoder<string> Format { get; } = ObjectReader.Decoder(format =>
    {
        var type = format.Required("type", Decode.OneOf("json_object", "json_schema", "text"));
        if (type == "json_schema")
        {
            format.Required("json_schema", Schema);
        }
        return format.Finish(() => type);
    });
}
