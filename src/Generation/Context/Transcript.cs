using System.Diagnostics;
using System.Text;
using MlxActors.Models.Chat;

namespace MlxActors.Generation.Context;

/// <summary>Messages as a model is shown them that is to summarise them: a line each, <c>role: text</c>.</summary>
public static class Transcript
{
    private const string Instruction =
        "Summarize the conversation below in a few sentences. Keep names, numbers, decisions and open questions.";

    public static string Line(ChatMessage message) => $"{NameOf(message.Role)}: {TextOf(message)}";

    /// <summary>The conversation of one message that asks for a summary.</summary>
    /// <param name="earlier">The summary of what came before; null when nothing did.</param>
    public static Conversation Request(string? earlier, IEnumerable<string> lines)
    {
        var transcript = earlier is null ? lines : lines.Prepend($"system: {ConversationCut.Headed(earlier)}");
        return new Conversation([ChatMessage.Of(Role.User, $"{Instruction}\n\n{string.Join('\n', transcript)}")], [], []);
    }

    private static string TextOf(ChatMessage message)
    {
        var text = new StringBuilder();
        foreach (var part in message.Parts)
        {
            Separate(text).Append(part switch
            {
                ContentPart.Text(var value) => value,
                ContentPart.Image => "[image]",
                ContentPart.Audio => "[audio]",
                ContentPart.Video => "[video]",
                _ => throw new UnreachableException(),
            });
        }
        foreach (var call in message.ToolCalls)
        {
            Separate(text).Append($"[calls {call.Name} with {call.Arguments}]");
        }
        return text.ToString();
    }

    private static StringBuilder Separate(StringBuilder text) => text.Length == 0 ? text : text.Append(' ');

    private static string NameOf(Role role) => role switch
    {
        Role.System => "system",
        Role.User => "user",
        Role.Assistant => "assistant",
        Role.Tool => "tool",
        _ => throw new UnreachableException(),
    };
}
