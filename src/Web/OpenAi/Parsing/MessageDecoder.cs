using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Http.Errors;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;
using MlxActors.Web.Media;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>Messages, and the files that they point to by index.</summary>
internal sealed record MessageList(ImmutableArray<ChatMessage> Messages, ImmutableArray<MediaReference> Media);

/// <summary>The messages of a request: each message by its role, then what the messages demand of each other.</summary>
internal static class MessageDecoder
{
    // What assistants said before there were tools, or aloud: left out, it would make another conversation of it.
    private static readonly ImmutableArray<(string Name, string What)> OlderFields =
    [
        ("function_call", "this field, which 'tool_calls' has replaced, is"), ("audio", "a spoken answer is"),
    ];

    private static readonly Decoder<string> RoleName = (value, path) =>
        value.ValueKind == JsonValueKind.String && value.ValueEquals("function"u8)
            ? Faults.NotSupported(path, "the role 'function', which 'tool' has replaced, is")
            : Decode.OneOf("system", "assistant", "user", "tool", "developer")(value, path);

    private static readonly Decoder<ToolCall> Call = ObjectReader.Decoder(call =>
    {
        var id = call.Required("id", Decode.Text);
        call.Optional("type", Decode.OneOf("function"));
        var function = call.Required("function", ObjectReader.Decoder(function =>
        {
            var name = function.Required("name", Decode.Text);
            var arguments = function.Required("arguments", Decode.Text);
            return function.Finish(() => (Name: name, Arguments: arguments));
        }));
        return call.Finish(() => new ToolCall(id, function.Name, function.Arguments));
    });

    public static Result<MessageList, ApiError> Messages(JsonElement value, string path)
    {
        var content = new ContentDecoder();
        return Decode.ListOf(ObjectReader.Decoder(message => Message(message, content)))(value, path)
            .Bind(messages => messages.IsEmpty ? Faults.EmptyArray(path) : CheckToolResults(messages, path))
            .Map(messages => new MessageList(messages, content.Media));
    }

    private static Result<ChatMessage, ApiError> Message(ObjectReader message, ContentDecoder content)
    {
        var role = message.Required("role", RoleName);
        var name = message.Optional("name", Decode.Text);
        return role switch
        {
            "system" or "developer" => Plain(message, Role.System, name, ContentDecoder.TextOnly),
            "user" => Plain(message, Role.User, name, content.OfUser),
            "assistant" => Assistant(message, name),
            "tool" => Tool(message, name),
            _ => message.Finish(() => ChatMessage.Of(Role.User, "")),
        };
    }

    private static Result<ChatMessage, ApiError> Plain(
        ObjectReader message, Role role, string? name, Decoder<ImmutableArray<ContentPart>> content)
    {
        var parts = message.Required("content", content);
        return message.Finish(() => new ChatMessage(role, parts, [], null, name));
    }

    private static Result<ChatMessage, ApiError> Assistant(ObjectReader message, string? name)
    {
        var parts = message.OptionalValue("content", ContentDecoder.TextOnly);
        var refusal = message.Optional("refusal", Decode.Text);
        var calls = message.OptionalValue("tool_calls", Decode.ListOf(Call)) ?? [];
        foreach (var (older, what) in OlderFields)
        {
            message.Demand(() => !message.Has(older), () => Faults.NotSupported(message.PathOf(older), what));
        }
        message.Demand(
            () => parts is not null || refusal is not null || !calls.IsEmpty,
            () => ApiError.BadRequest(
                $"Invalid value for '{message.PathOf("content")}': expected a string, got null. "
                + "An assistant message without tool_calls needs content.",
                message.PathOf("content"),
                "invalid_type"));
        return message.Finish(() => new ChatMessage(Role.Assistant, parts ?? Refusal(refusal), calls, null, name));
    }

    private static ImmutableArray<ContentPart> Refusal(string? refusal) => refusal is null ? [] : [new ContentPart.Text(refusal)];

    private static Result<ChatMessage, ApiError> Tool(ObjectReader message, string? name)
    {
        var parts = message.Required("content", ContentDecoder.TextOnly);
        var call = message.Required("tool_call_id", Decode.Text);
        return message.Finish(() => new ChatMessage(Role.Tool, parts, [], call, name));
    }

    // A tool's result answers a call of the assistant message before it, other results between them aside.
    private static Result<ImmutableArray<ChatMessage>, ApiError> CheckToolResults(ImmutableArray<ChatMessage> messages, string path)
    {
        ImmutableArray<ToolCall> open = [];
        for (var i = 0; i < messages.Length; i++)
        {
            var message = messages[i];
            if (message.Role != Role.Tool)
            {
                open = message.ToolCalls;
                continue;
            }
            if (open.IsEmpty)
            {
                return Faults.Invalid(
                    $"{path}[{i}].role", "messages with role 'tool' must be a response to a preceding message with 'tool_calls'.");
            }
            if (!open.Any(call => call.Id == message.ToolCallId))
            {
                return Faults.Invalid($"{path}[{i}].tool_call_id", "no call of the preceding 'tool_calls' has this id.");
            }
        }
        return messages;
    }
}
