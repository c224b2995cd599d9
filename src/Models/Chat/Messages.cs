using System.Collections.Immutable;
using System.Text.Json;

namespace MlxActors.Models.Chat;

public enum Role
{
    /// <summary>Instructions; OpenAI's <c>developer</c> is the same.</summary>
    System,
    User,
    Assistant,

    /// <summary>The result of a tool call.</summary>
    Tool,
}

/// <summary>One part of a message. Media stand as an index into the conversation's list.</summary>
public abstract record ContentPart
{
    private ContentPart()
    {
    }

    public sealed record Text(string Value) : ContentPart;

    public sealed record Image(int Index) : ContentPart;

    public sealed record Audio(int Index) : ContentPart;

    public sealed record Video(int Index) : ContentPart;
}

/// <summary>A call that an assistant message makes.</summary>
/// <param name="Arguments">A JSON object as text, as OpenAI's API carries it.</param>
public sealed record ToolCall(string Id, string Name, string Arguments);

/// <summary>A function the model may call.</summary>
/// <param name="Parameters">Its JSON schema; undefined when the function takes none.</param>
public sealed record ToolDefinition(string Name, string? Description, JsonElement Parameters)
{
    /// <summary>
    /// The tool as the request wrote it, <c>{"type": "function", "function": …}</c>, for templates that show it whole; undefined when it
    /// did not come as one.
    /// </summary>
    public JsonElement Source { get; init; }
}

/// <param name="ToolCallId">Of a tool message: the call it answers.</param>
public sealed record ChatMessage(
    Role Role,
    ImmutableArray<ContentPart> Parts,
    ImmutableArray<ToolCall> ToolCalls,
    string? ToolCallId = null,
    string? Name = null)
{
    public static ChatMessage Of(Role role, string text) => new(role, [new ContentPart.Text(text)], []);
}

/// <summary>A file that came with a request, still encoded.</summary>
/// <param name="Field">Where it stood, for error messages: <c>messages[1].content[0].image_url</c>.</param>
public sealed record MediaSource(ReadOnlyMemory<byte> Content, string Field);

/// <summary>What is to be continued: messages, the tools on offer, and the media that the messages point to.</summary>
public sealed record Conversation(
    ImmutableArray<ChatMessage> Messages,
    ImmutableArray<ToolDefinition> Tools,
    ImmutableArray<MediaSource> Media) : Prompt;
