using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Generation;
using MlxActors.Http.Errors;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;
using MlxActors.Web.Media;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>A chat completion as a client asks for it.</summary>
/// <param name="Request">Its prompt is <paramref name="Conversation"/>, whose media are yet to come.</param>
/// <param name="Choices">How many answers are wanted.</param>
/// <param name="Media">What its messages point to by index.</param>
/// <param name="Stream">Whether the answer goes out as server-sent events.</param>
/// <param name="IncludeUsage">Whether a stream ends with a chunk of token counts.</param>
internal sealed record ChatCompletionCall(
    GenerationRequest Request, Conversation Conversation, int Choices, ImmutableArray<MediaReference> Media, bool Stream, bool IncludeUsage)
{
    /// <param name="media">The files, in the order of <see cref="Media"/>.</param>
    public ChatCompletionCall With(ImmutableArray<MediaSource> media) =>
        this with { Request = Request with { Prompt = Conversation with { Media = media } } };
}

/// <summary>The body of <c>POST /v1/chat/completions</c>.</summary>
internal static class ChatCompletionDecoder
{
    /// <summary>Fields that are read here or in <see cref="UnsupportedFields"/>; others are ignored.</summary>
    public static FrozenSet<string> KnownFields { get; } = FrozenSet.Create(
        StringComparer.Ordinal,
        [
            "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "stop", "n",
            "tools", "tool_choice", "parallel_tool_calls", "response_format", "context", "timings_per_token",
            .. SamplingDecoder.Names, .. UnsupportedFields.Names, .. DescriptiveFields.Names,
        ]);

    public static Result<ChatCompletionCall, ApiError> Read(JsonElement root, RequestId id)
    {
        var body = new ObjectReader(root, "");
        var model = body.Required("model", SharedFields.Model);
        var messages = body.Required("messages", MessageDecoder.Messages);
        var sampling = SamplingDecoder.Read(body);
        var topLogprobs = SamplingDecoder.ReadTopLogprobs(body);
        var maxTokens = MaxTokens(body);
        var stop = SharedFields.Stop(body);
        var (stream, includeUsage) = SharedFields.Streaming(body);
        var choices = SharedFields.Choices(body);
        var offer = ToolDecoder.Read(body);
        var format = body.Optional("response_format", ResponseFormatDecoder.Format) ?? ResponseFormat.Text;
        var form = ToolDecoder.FormOf(body, offer, format);
        var onOverflow = SharedFields.OnOverflow(body);
        var timingsPerToken = SharedFields.TimingsPerToken(body);
        DescriptiveFields.Check(body);
        UnsupportedFields.Refuse(body);
        return body.Finish(() =>
        {
            var conversation = new Conversation(messages.Messages, offer.Tools, []);
            var request = new GenerationRequest(id, model, conversation, sampling, maxTokens, stop)
            {
                ParallelToolCalls = offer.Parallel,
                TopLogprobs = topLogprobs,
                Form = form,
                OnOverflow = onOverflow,
                TimingsPerToken = timingsPerToken,
            };
            return new ChatCompletionCall(request, conversation, choices, messages.Media, stream, includeUsage);
        });
    }

    // The newer name wins: clients in between send both.
    private static int? MaxTokens(ObjectReader body)
    {
        var older = body.OptionalValue("max_tokens", Decode.Integer(1, int.MaxValue));
        var newer = body.OptionalValue("max_completion_tokens", Decode.Integer(1, int.MaxValue));
        return (int?)(newer ?? older);
    }
}
