using System.Text.Json;
using MlxActors.Generation.Constraints.Schemas;
using MlxActors.Http.Errors;
using MlxActors.Native.Results;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>What an answer's text must be.</summary>
/// <param name="Schema">Of its JSON; null when it may be any text.</param>
internal sealed record ResponseFormat(Schema? Schema)
{
    public static ResponseFormat Text { get; } = new(Schema: null);
}

/// <summary>The field <c>response_format</c>. With or without <c>strict</c>, the answer is held to the schema.</summary>
internal static class ResponseFormatDecoder
{
    private static readonly Decoder<ResponseFormat> JsonSchema = ObjectReader.Decoder(wrapper =>
    {
        wrapper.Required("name", Decode.Matching(ToolDecoder.NameRule));
        wrapper.Optional("description", Decode.Text);
        var schema = wrapper.Optional("schema", SchemaOf) ?? Schema.AnyObject;
        wrapper.OptionalValue("strict", Decode.Boolean);
        return wrapper.Finish(() => new ResponseFormat(schema));
    });

    public static Decoder<ResponseFormat> Format { get; } = ObjectReader.Decoder(format =>
    {
        var type = format.Required("type", Decode.OneOf("json_object", "json_schema", "text"));
        var schema = type == "json_schema" ? format.Required("json_schema", JsonSchema) : ResponseFormat.Text;
        return format.Finish(() => type == "json_object" ? new ResponseFormat(Schema.AnyObject) : schema);
    });

    private static Result<Schema, ApiError> SchemaOf(JsonElement value, string path) =>
        Decode.Object(value, path).Bind(schema => Schema.Read(schema).MapError(error => Faults.Schema(path, error)));
}
