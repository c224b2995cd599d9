using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Generation;
using MlxActors.Http.Errors;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;
using MlxActors.Web.OpenAi.Contracts;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>A response as a client asks for it.</summary>
/// <param name="Chat">The chat completion that answers it; its conversation begins with the instructions.</param>
/// <param name="Lasting">The conversation without the instructions, which are those of one response only.</param>
/// <param name="Store">Whether the response is kept, to be asked for or continued.</param>
/// <param name="Echo">What of the request the response repeats.</param>
/// <param name="Input">The items that it answers, those of earlier responses among them; to be listed when the response is kept.</param>
internal sealed record ResponseCall(
    ChatCompletionCall Chat, Conversation Lasting, bool Store, ResponseEcho Echo, ImmutableArray<ReadOnlyMemory<byte>> Input)
{
    /// <param name="media">The new files; they follow those of the conversation so far.</param>
    public ResponseCall With(ImmutableArray<MediaSource> media)
    {
        var all = Lasting.Media.AddRange(media);
        return this with { Chat = Chat.With(all), Lasting = Lasting with { Media = all } };
    }
}

/// <summary>Fields of a request that its response repeats, as they came; null: the default.</summary>
internal sealed record ResponseEcho(ImmutableDictionary<string, JsonElement> Fields)
{
    public JsonElement? this[string name] => Fields.TryGetValue(name, out var value) ? value : null;
}

/// <summary>The body of <c>POST /v1/responses</c>.</summary>
internal static class ResponseDecoder
{
    private static readonly ImmutableArray<string> Unsupported = ["conversation", "prompt", "context_management", "moderation"];

    private static readonly ImmutableArray<string> Echoed =
    [
        "instructions", "max_output_tokens", "metadata", "parallel_tool_calls", "previous_response_id", "temperature", "text",
        "tool_choice", "tools", "top_p", "user",
    ];

    /// <param name="find">A kept response; null when there is none of this id.</param>
    public static Result<ResponseCall, ApiError> Read(JsonElement root, RequestId id, Func<string, StoredResponse?> find)
    {
        var body = new ObjectReader(root, "");
        body.Required("model", SharedFields.Model);
        var previous = body.Optional("previous_response_id", Decode.Text);
        var found = previous is null ? null : find(previous);
        body.Demand(() => previous is null || found is not null, () => ApiError.BadRequest(
            $"Previous response with id '{previous}' not found.", "previous_response_id", "previous_response_not_found"));
        var before = found?.Conversation ?? new Conversation([], [], []);
        var input = body.Required("input", new InputDecoder(before).Read);
        var instructions = body.Optional("instructions", Decode.Text);
        var store = body.OptionalValue("store", Decode.Boolean) ?? true;
        CheckOthers(body);
        return body.Finish(() => input).Bind(input => ReadChat(root, id).Map(chat =>
        {
            var lasting = new Conversation(input.Messages, chat.Conversation.Tools, before.Media);
            var whole = lasting with { Messages = Instruct(lasting.Messages, instructions) };
            return new ResponseCall(chat with { Conversation = whole, Media = input.Media }, lasting, store, Echo(root), InputItems.Of(root.GetProperty("input"), id, found));
        }));
    }

    private static Result<ChatCompletionCall, ApiError> ReadChat(JsonElement root, RequestId id)
    {
        using var chat = ChatBody.Of(root);
        return ChatCompletionDecoder.Read(chat.RootElement, id).MapError(ChatBody.Renamed);
    }

    private static void CheckOthers(ObjectReader body)
    {
        var truncation = body.Optional("truncation", Decode.OneOf("auto", "disabled")) ?? "disabled";
        var background = body.OptionalValue("background", Decode.Boolean) ?? false;
        body.OptionalValue("include", Decode.ListOf(Decode.Text));
        // Of tools that run on the server, and there are none.
        body.OptionalValue("max_tool_calls", Decode.Integer(1, int.MaxValue));
        body.OptionalValue("text", Decode.Object);
        body.OptionalValue("reasoning", Decode.Object);
        body.OptionalValue("stream_options", Decode.Object);
        body.Demand(() => truncation == "disabled", () => Faults.NotSupported("truncation", "to leave out a conversation's middle is"));
        body.Demand(() => !background, () => Faults.NotSupported("background", "a response that nobody waits for is"));
        foreach (var name in Unsupported)
        {
            body.Demand(() => !body.Has(name), () => Faults.NotSupported(name, "this field is"));
        }
    }

    // Two system messages in a row are more than some templates take.
    private static ImmutableArray<ChatMessage> Instruct(ImmutableArray<ChatMessage> messages, string? instructions) =>
        instructions is null ? messages
        : messages is [{ Role: Role.System } first, ..] ? messages.SetItem(0, ChatMessage.Of(
            Role.System, string.Join("\n\n", first.Parts.OfType<ContentPart.Text>().Select(part => part.Value).Prepend(instructions))))
        : messages.Insert(0, ChatMessage.Of(Role.System, instructions));

    // The body's memory is not kept.
    private static ResponseEcho Echo(JsonElement root) => new(Echoed
        .Where(name => root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
        .ToImmutableDictionary(name => name, name => root.GetProperty(name).Clone()));
}
