using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Generation;
using MlxActors.Http.Errors;
using MlxActors.Native.Results;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>Fields that several endpoints have alike.</summary>
internal static class SharedFields
{
    private const int MostStops = 4;
    private const int MostChoices = 128;

    public static Result<string, ApiError> Model(JsonElement value, string path) => Decode.Text(value, path).Bind(model =>
        model.Length > 0
            ? Result.Ok<string, ApiError>(model)
            : ApiError.BadRequest("You must provide a model parameter.", path, "invalid_value"));

    public static ImmutableArray<string> Stop(ObjectReader body) => body.OptionalValue("stop", StopTexts) ?? [];

    public static int Choices(ObjectReader body) => (int)(body.OptionalValue("n", Decode.Integer(1, MostChoices)) ?? 1);

    /// <summary>What is to happen when the conversation outgrows the window: an extension of this server.</summary>
    public static OverflowPolicy? OnOverflow(ObjectReader body)
    {
        var policy = body.Optional("context", ObjectReader.Decoder(context =>
        {
            var onOverflow = context.Optional("on_overflow", Decode.OneOf("summarize", "error")) ?? "";
            return context.Finish(() => onOverflow);
        }));
        return policy switch
        {
            "summarize" => OverflowPolicy.Summarize,
            "error" => OverflowPolicy.Error,
            _ => null,
        };
    }

    /// <summary>Whether the answer goes out as server-sent events, and whether those end with token counts.</summary>
    public static (bool Stream, bool IncludeUsage) Streaming(ObjectReader body)
    {
        var stream = body.OptionalValue("stream", Decode.Boolean) ?? false;
        var includeUsage = body.OptionalValue("stream_options", ObjectReader.Decoder(options =>
        {
            var usage = options.OptionalValue("include_usage", Decode.Boolean) ?? false;
            options.OptionalValue("include_obfuscation", Decode.Boolean);
            return options.Finish(() => usage);
        }));
        body.Demand(
            () => stream || includeUsage is null,
            () => ApiError.BadRequest("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options"));
        return (stream, includeUsage ?? false);
    }

    /// <summary>Whether each chunk of a stream tells how fast it goes, a field of llama.cpp's server.</summary>
    public static bool TimingsPerToken(ObjectReader body) => body.OptionalValue("timings_per_token", Decode.Boolean) ?? false;

    private static Result<ImmutableArray<string>, ApiError> StopTexts(JsonElement value, string path)
    {
        var stops = value.ValueKind switch
        {
            JsonValueKind.String => Decode.Text(value, path).Map(stop => ImmutableArray.Create(stop)),
            JsonValueKind.Array when value.GetArrayLength() is var length and > MostStops => Faults.ArrayTooLong(path, MostStops, length),
            JsonValueKind.Array => Decode.ListOf(Decode.Text)(value, path),
            _ => Faults.WrongType(path, "a string or an array of strings", value),
        };
        return stops.Bind<ImmutableArray<string>>(texts =>
            texts.Contains("") ? Faults.Invalid(path, "an empty string would stop every answer before it begins.") : texts);
    }
}
