using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using MlxActors.Generation;
using MlxActors.Models.Chat;

namespace MlxActors.Web.OpenAi.Contracts;

/// <summary>An item of a response's output.</summary>
internal abstract record OutputItem
{
    private OutputItem(string id) => Id = id;

    public string Id { get; }

    /// <param name="Logprobs">When asked for.</param>
    public sealed record Message(string ItemId, string Text, ImmutableArray<TokenLogprob> Logprobs) : OutputItem(ItemId);

    public sealed record FunctionCall(string ItemId, GenerationEvent.ToolCall Call) : OutputItem(ItemId);

    /// <param name="status"><c>in_progress</c>, <c>completed</c> or <c>incomplete</c>.</param>
    public void Write(Utf8JsonWriter json, string status)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        switch (this)
        {
            case Message message:
                json.WriteString("type"u8, "message"u8);
                json.WriteString("status"u8, status);
                json.WriteString("role"u8, "assistant"u8);
                json.WriteStartArray("content"u8);
                if (status != "in_progress")
                {
                    WriteText(json, message.Text, message.Logprobs);
                }
                json.WriteEndArray();
                break;
            case FunctionCall { Call: var call }:
                json.WriteString("type"u8, "function_call"u8);
                json.WriteString("status"u8, status);
                json.WriteString("call_id"u8, call.Id);
                json.WriteString("name"u8, call.Name);
                json.WriteString("arguments"u8, status == "in_progress" ? "" : call.Arguments);
                break;
            default:
                throw new UnreachableException();
        }
        json.WriteEndObject();
    }

    /// <summary>The content part of a message.</summary>
    public static void WriteText(Utf8JsonWriter json, string text, ImmutableArray<TokenLogprob> logprobs)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "output_text"u8);
        json.WriteString("text"u8, text);
        json.WriteStartArray("annotations"u8);
        json.WriteEndArray();
        LogprobsJson.WriteTokens(json, "logprobs"u8, logprobs);
        json.WriteEndObject();
    }

    /// <summary>The items as the message that they are in a conversation.</summary>
    public static ChatMessage ToMessage(IReadOnlyList<OutputItem> items) => new(
        Role.Assistant,
        [.. items.OfType<Message>().Where(message => message.Text.Length > 0).Select(message => new ContentPart.Text(message.Text))],
        [.. items.OfType<FunctionCall>().Select(item => new ToolCall(item.Call.Id, item.Call.Name, item.Call.Arguments))]);
}

/// <summary>The output of a response as it grows.</summary>
internal sealed class OutputItems(RequestId id)
{
    private readonly List<OutputItem> _items = [];

    public IReadOnlyList<OutputItem> Items => _items;

    /// <summary>The message that text goes on in; null when none is open.</summary>
    public OutputItem.Message? Open => _items is [.., OutputItem.Message message] ? message : null;

    public int LastIndex => _items.Count - 1;

    public OutputItem.Message OpenMessage() => Add(new OutputItem.Message($"msg_{id}_{_items.Count}", "", []));

    /// <summary>Adds to the open message; nothing when none is.</summary>
    public void Append(string text, ImmutableArray<TokenLogprob> logprobs)
    {
        if (Open is { } message)
        {
            _items[^1] = message with { Text = message.Text + text, Logprobs = message.Logprobs.AddRange(logprobs) };
        }
    }

    public OutputItem.FunctionCall Add(GenerationEvent.ToolCall call) => Add(new OutputItem.FunctionCall($"fc_{id}_{_items.Count}", call));

    private T Add<T>(T item)
        where T : OutputItem
    {
        _items.Add(item);
        return item;
    }
}
