using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.AI;
using MlxActors.Models.Chat;
using ClientMessage = Microsoft.Extensions.AI.ChatMessage;

namespace MlxActors.InProcess.Chat;

/// <summary>A client's messages as the models take them.</summary>
internal sealed class ChatMessages
{
    private readonly ImmutableArray<MediaSource>.Builder _media = ImmutableArray.CreateBuilder<MediaSource>();

    private ChatMessages()
    {
    }

    /// <param name="instructions">A system message before the others; null: none.</param>
    public static Conversation ToConversation(IEnumerable<ClientMessage> messages, string? instructions, ImmutableArray<ToolDefinition> tools)
    {
        var reader = new ChatMessages();
        var all = instructions is null ? messages : messages.Prepend(new ClientMessage(ChatRole.System, instructions));
        ImmutableArray<Models.Chat.ChatMessage> read = [.. all.SelectMany(reader.Read)];
        return new Conversation(read, tools, reader._media.ToImmutable());
    }

    /// <summary>One message, or one for each result of a tool.</summary>
    private IEnumerable<Models.Chat.ChatMessage> Read(ClientMessage message, int index)
    {
        if (message.Role == ChatRole.Tool)
        {
            return message.Contents.Select(content => content is FunctionResultContent result
                ? new Models.Chat.ChatMessage(Role.Tool, [new ContentPart.Text(TextOf(result))], [], result.CallId)
                : throw Unfit(content, index));
        }
        var calls = message.Contents.OfType<FunctionCallContent>()
            .Select(call => new ToolCall(call.CallId, call.Name, JsonSerializer.Serialize(call.Arguments ?? new Dictionary<string, object?>(), AIJsonUtilities.DefaultOptions)));
        var parts = message.Contents.Where(content => content is not (FunctionCallContent or TextReasoningContent or UsageContent))
            .Select(content => Part(content, index));
        return [new Models.Chat.ChatMessage(RoleOf(message.Role, index), [.. parts], [.. calls], null, message.AuthorName)];
    }

    private static Role RoleOf(ChatRole role, int index) =>
        role == ChatRole.System ? Role.System
        : role == ChatRole.User ? Role.User
        : role == ChatRole.Assistant ? Role.Assistant
        : throw new NotSupportedException($"Message {index} has the role '{role}'; expected system, user, assistant or tool.");

    private ContentPart Part(AIContent content, int index)
    {
        switch (content)
        {
            case TextContent text:
                return new ContentPart.Text(text.Text);
            case DataContent data when data.HasTopLevelMediaType("image"):
                return new ContentPart.Image(Add(data, index));
            case DataContent data when data.HasTopLevelMediaType("audio"):
                return new ContentPart.Audio(Add(data, index));
            case DataContent data when data.HasTopLevelMediaType("video"):
                return new ContentPart.Video(Add(data, index));
            default:
                throw Unfit(content, index);
        }
    }

    private int Add(DataContent data, int index)
    {
        _media.Add(new MediaSource(data.Data, $"message {index}"));
        return _media.Count - 1;
    }

    private static string TextOf(FunctionResultContent result) => result.Result switch
    {
        null => result.Exception?.Message ?? "",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } json => json.GetString()!,
        var value => JsonSerializer.Serialize(value, AIJsonUtilities.DefaultOptions),
    };

    private static NotSupportedException Unfit(AIContent content, int index) => new(
        $"Message {index} holds {Name(content)}; expected text, image, audio or video data, calls of functions, or in a tool's message their results.");

    private static string Name(AIContent content) => content switch
    {
        UriContent uri => $"the address {uri.Uri}, which the engine does not fetch",
        DataContent data => $"data of type {data.MediaType}",
        _ => content.GetType().Name,
    };
}
