using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Http.Errors;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>
/// The field <c>input</c> of a response: a text, or items, which go on from a conversation. What an assistant says and calls between two
/// turns is one message, whatever the items.
/// </summary>
/// <param name="before">The conversation that the items go on from.</param>
internal sealed class InputDecoder(Conversation before)
{
    private static readonly Decoder<string> RoleName = Decode.OneOf("user", "assistant", "system", "developer");
    private static readonly Decoder<string> Kind = Decode.OneOf("message", "function_call", "function_call_output");

    private readonly ContentDecoder _content = new(before.Media.Length);

    /// <summary>The conversation with the items at its end, and the files that are new in it.</summary>
    public Result<MessageList, ApiError> Read(JsonElement value, string path) => value.ValueKind switch
    {
        JsonValueKind.String => Decode.Text(value, path).Map(text =>
            new MessageList(before.Messages.Add(ChatMessage.Of(Role.User, text)), [])),
        JsonValueKind.Array when value.GetArrayLength() == 0 => Faults.EmptyArray(path),
        JsonValueKind.Array => Decode.ListOf(ObjectReader.Decoder(Item))(value, path).Bind(items => Join(items, path)),
        _ => Faults.WrongType(path, "a string or an array of items", value),
    };

    private Result<MessageList, ApiError> Join(ImmutableArray<ChatMessage> items, string path)
    {
        var messages = before.Messages;
        for (var i = 0; i < items.Length; i++)
        {
            var item = items[i];
            if (item.Role == Role.Tool && !OpenCalls(messages).Any(call => call.Id == item.ToolCallId))
            {
                return Faults.Invalid($"{path}[{i}].call_id", "no function call before it has this id.");
            }
            messages = messages is [.., { Role: Role.Assistant } last] && item.Role == Role.Assistant
                ? messages.SetItem(messages.Length - 1, last with
                {
                    Parts = [.. last.Parts, .. item.Parts],
                    ToolCalls = [.. last.ToolCalls, .. item.ToolCalls],
                })
                : messages.Add(item);
        }
        return new MessageList(messages, _content.Media);
    }

    // Of the assistant's last message, other results between aside.
    private static IEnumerable<ToolCall> OpenCalls(IEnumerable<ChatMessage> messages) =>
        messages.LastOrDefault(message => message.Role != Role.Tool)?.ToolCalls ?? [];

    private Result<ChatMessage, ApiError> Item(ObjectReader item)
    {
        var kind = item.Optional("type", Kind) ?? "message";
        return item.Finish(() => kind).Bind(kind => kind switch
        {
            "function_call" => Call(item),
            "function_call_output" => Output(item),
            _ => Message(item),
        });
    }

    private Result<ChatMessage, ApiError> Message(ObjectReader item)
    {
        var role = item.Required("role", RoleName);
        var parts = item.Required("content", role == "user" ? _content.OfInput : ContentDecoder.InputTextOnly);
        return item.Finish(() => new ChatMessage(
            role switch { "user" => Role.User, "assistant" => Role.Assistant, _ => Role.System }, parts, []));
    }

    private static Result<ChatMessage, ApiError> Call(ObjectReader item)
    {
        var id = item.Required("call_id", Decode.Text);
        var name = item.Required("name", Decode.Text);
        var arguments = item.Required("arguments", Decode.Text);
        return item.Finish(() => new ChatMessage(Role.Assistant, [], [new ToolCall(id, name, arguments)]));
    }

    private static Result<ChatMessage, ApiError> Output(ObjectReader item)
    {
        var id = item.Required("call_id", Decode.Text);
        var parts = item.Required("output", ContentDecoder.InputTextOnly);
        return item.Finish(() => new ChatMessage(Role.Tool, parts, [], id));
    }
}
