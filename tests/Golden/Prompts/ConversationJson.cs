using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Models.Chat;

namespace MlxActors.Golden.Prompts;

/// <summary>
/// Reads the conversations of the fixtures: messages and tools in the form of OpenAI's API or of a chat template's input.
/// </summary>
internal static class ConversationJson
{
    /// <param name="read">Reads the file that an <c>image_url</c> names; null when the fixtures name none.</param>
    public static Conversation Read(JsonElement row, Func<string, byte[]>? read = null)
    {
        var media = ImmutableArray.CreateBuilder<MediaSource>();
        var messages = row.GetProperty("messages").EnumerateArray().Select(message => Message(message, media, read)).ToImmutableArray();
        var tools = row.TryGetProperty("tools", out var given) && given.ValueKind == JsonValueKind.Array
            ? given.EnumerateArray().Select(Tool).ToImmutableArray()
            : [];
        return new Conversation(messages, tools, media.ToImmutable());
    }

    private static ChatMessage Message(JsonElement message, ImmutableArray<MediaSource>.Builder media, Func<string, byte[]>? read)
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
                if (Part(part, media, read) is { } known)
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
    private static ContentPart? Part(JsonElement part, ImmutableArray<MediaSource>.Builder media, Func<string, byte[]>? read)
    {
        switch (part.GetProperty("type").GetString())
        {
            case "text":
                return new ContentPart.Text(part.GetProperty("text").GetString()!);
            case "image":
                return new ContentPart.Image(Add([]));
            case "image_url":
                var url = part.GetProperty("image_url").GetProperty("url").GetString()!;
                return url.Contains('/') ? new ContentPart.Image(Add(read?.Invoke(url) ?? [])) : null;
            case "video":
                return new ContentPart.Video(Add([]));
            case "audio":
                return new ContentPart.Audio(Add([]));
            case var other:
                throw new InvalidDataException($"part of type {other}");
        }

        int Add(byte[] content)
        {
            media.Add(new MediaSource(content, "messages"));
            return media.Count - 1;
        }
    }

    private static Role RoleOf(string role) => role switch
    {
        "system" or "developer" => Role.System,
        "user" => Role.User,
        "assistant" => Role.Assistant,
        "tool" => Role.Tool,
        _ => throw new InvalidDataException($"role {role}"),
    };

    /// <summary>Templates also take arguments as an object, which is what the API's text says.</summary>
    private static ToolCall Call(JsonElement call)
    {
        var function = call.GetProperty("function");
        var arguments = function.GetProperty("arguments");
        return new ToolCall(
            call.TryGetProperty("id", out var id) ? id.GetString()! : "",
            function.GetProperty("name").GetString()!,
            arguments.ValueKind == JsonValueKind.String ? arguments.GetString()! : PythonLiteral.Dumps(arguments));
    }

    private static ToolDefinition Tool(JsonElement tool)
    {
        var function = tool.GetProperty("function");
        return new ToolDefinition(
            function.GetProperty("name").GetString()!,
            function.TryGetProperty("description", out var description) ? description.GetString() : null,
            function.TryGetProperty("parameters", out var parameters) ? parameters : default)
        {
            Source = tool,
        };
    }
}
