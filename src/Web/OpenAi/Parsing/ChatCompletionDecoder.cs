using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Generation;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;
using MlxActors.Web.Media;
using MlxActors.Web.OpenAi.Errors;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>A chat completion as a client asks for it.</summary>
/// <param name="Request">The media of its conversation are yet to come.</param>
/// <param name="Choices">How many answers are wanted.</param>
/// <param name="Media">What its messages point to by index.</param>
/// <param name="Stream">Whether the answer goes out as server-sent events.</param>
/// <param name="IncludeUsage">Whether a stream ends with a chunk of token counts.</param>
internal sealed record ChatCompletionCall(
    GenerationRequest Request, int Choices, ImmutableArray<MediaReference> Media, bool Stream, bool IncludeUsage)
{
    /// <param name="media">The files, in the order of <see cref="Media"/>.</param>
    public ChatCompletionCall With(ImmutableArray<MediaSource> media) =>
        this with { Request = Request with { Conversation = Request.Conversation with { Media = media } } };
}

/// <summary>The body of <c>POST /v1/chat/completions</c>.</summary>
internal static class ChatCompletionDecoder
{
    private const int MostStops = 4;
    private const int MostChoices = 128;

    /// <summary>Fields that are read here or in <see cref="UnsupportedFields"/>; others are ignored.</summary>
    public static FrozenSet<string> KnownFields { get; } = FrozenSet.Create(
        StringComparer.Ordinal,
        [
            "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "stop", "n",
            "tools", "tool_choice", "parallel_tool_calls", "response_format",
            .. SamplingDecoder.Names, .. UnsupportedFields.Names, .. DescriptiveFields.Names,
        ]);

    public static Result<ChatCompletionCall, ApiError> Read(JsonElement root, RequestId id)
    {
        var body = new ObjectReader(root, "");
        var model = body.Required("model", Model);
        var messages = body.Required("messages", MessageDecoder.Messages);
        var sampling = SamplingDecoder.Read(body);
        var topLogprobs = SamplingDecoder.ReadTopLogprobs(body);
        var maxTokens = MaxTokens(body);
        var stop = body.OptionalValue("stop", Stop) ?? [];
        var (stream, includeUsage) = Streaming(body);
        var choices = (int)(body.OptionalValue("n", Decode.Integer(1, MostChoices)) ?? 1);
        var offer = ToolDecoder.Read(body);
        var format = body.Optional("response_format", ResponseFormatDecoder.Format) ?? ResponseFormat.Text;
        var form = ToolDecoder.FormOf(body, offer, format);
        DescriptiveFields.Check(body);
        UnsupportedFields.Refuse(body);
        return body.Finish(() => new ChatCompletionCall(
            new GenerationRequest(id, model, new Conversation(messages.Messages, offer.Tools, []), sampling, maxTokens, stop)
            {
                ParallelToolCalls = offer.Parallel,
                TopLogprobs = topLogprobs,
                Form = form,
            },
            choices,
            messages.Media,
            stream,
            includeUsage));
    }

    private static Result<string, ApiError> Model(JsonElement value, string path) => Decode.Text(value, path).Bind(model =>
        model.Length > 0
            ? Result.Ok<string, ApiError>(model)
            : ApiError.BadRequest("You must provide a model parameter.", path, "invalid_value"));

    // The newer name wins: clients in between send both.
    private static int? MaxTokens(ObjectReader body)
    {
        var older = body.OptionalValue("max_tokens", Decode.Integer(1, int.MaxValue));
        var newer = body.OptionalValue("max_completion_tokens", Decode.Integer(1, int.MaxValue));
        return (int?)(newer ?? older);
    }

    private static Result<ImmutableArray<string>, ApiError> Stop(JsonElement value, string path)
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

    private static (bool Stream, bool IncludeUsage) Streaming(ObjectReader body)
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
}
