using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Models.Chat;

namespace MlxActors.Golden.Prompts;

/// <summary>
/// Reads the conversations of the fixtures: messages and tools in the form of OpenAI's API or of a chat template's input.
/// </summary>
internal static class ConversationJson
{
    public static Conversation Read(JsonElement row)
    {
        var images = 0;
        var messages = row.GetProperty("messages").EnumerateArray().Select(message => Message(message, ref images)).ToImmutableArray();
        var tools = row.TryGetProperty("tools", out var given) && given.ValueKind == JsonValueKind.Array
            ? given.EnumerateArray().Select(Tool).ToImmutableArray()
            : [];
        return new Conversation(messages, tools, []);
    }

    private static ChatMessage Message(JsonElement message, ref int images)
    {
        var calls = message.TryGetProperty("tool_calls", out var given) ? given.EnumerateArray().Select(Call).ToImmutableArray() : [];
        var parts = ImmutableArray.CreateBuilder<ContentPart>();
        if (message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String)
        {
            parts.Add(new ContentPart.Text(content.GetString()!));
        }
        else if (content.ValueKind == JsonValueKind.Array)
        {
            foreach (var part in content.EnumerateArray())
            {
                if (Part(part, ref images) is { } known)
                {
                    parts.Add(known);
                }
            }
        }
        return new ChatMessage(
            RoleOf(message.GetProperty("role").GetString()!),
            parts.ToImmutable(),
            calls,
            message.TryGetProperty("tool_call_id", out var id) ? id.GetString() : null);
    }

    /// <summary>
    /// Null for an <c>image_url</c> that names no file: templates do not know the type, and the API never lets it through.
    /// </summary>
    private static ContentPart? Part(JsonElement part, ref int images) => part.GetProperty("type").GetString() switch
    {
        "text" => new ContentPart.Text(part.GetProperty("text").GetString()!),
        "image" => new ContentPart.Image(images++),
        "image_url" when part.GetProperty("image_url").GetProperty("url").GetString()!.Contains('/') => new ContentPart.Image(images++),
        "image_url" => null,
        "audio" => new ContentPart.Audio(0),
        var other => throw new InvalidDataException($"part of type {other}"),
    };

    private static Role RoleOf(string role) => role switch
    {
        "system" or "developer" => Role.System,
        "user" => Role.User,
        "assistant" => Role.Assistant,
        "tool" => Role.Tool,
        _ => throw new InvalidDataException($"role {role}"),
    };

    private static ToolCall Call(JsonElement call)
    {
        var function = call.GetProperty("function");
        return new ToolCall(
            call.GetProperty("id").GetString()!,
            function.GetProperty("name").GetString()!,
            function.GetProperty("arguments").GetString()!);
    }

    private static ToolDefinition Tool(JsonElement tool)
    {
        var function = tool.GetProperty("function");
        return new ToolDefinition(
            function.GetProperty("name").GetString()!,
            function.TryGetProperty("description", out var description) ? description.GetString() : null,
            function.TryGetProperty("parameters", out var parameters) ? parameters : default);
    }
}
